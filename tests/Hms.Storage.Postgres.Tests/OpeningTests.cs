using System.Net;
using System.Net.Sockets;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres.Tests;

public sealed class OpeningTests(PostgresServer server) : PostgresTest(server)
{
    [Fact]
    public async Task Several_who_start_at_once_make_the_schema_once()
    {
        var options = Options with { Schema = $"{Options.Schema[..20]}_fresh" };

        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgresStore.OpenAsync(options)));

        Assert.Null(await Writing("worker").CommitAsync(stores[0]));
        Assert.All(await Task.WhenAll(stores.Select(store => store.LoadAsync(Mailbox("worker")).AsTask())), Assert.NotNull);
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Schemas_in_one_database_know_nothing_of_one_another()
    {
        await Writing("worker").CommitAsync(Store);
        await using var other = await PostgresStore.OpenAsync(Options with { Schema = $"{Options.Schema[..20]}_other" });

        Assert.Null(await other.LoadAsync(Mailbox("worker")));
    }

    [Fact]
    public async Task Schema_of_a_later_version_is_refused_and_left_as_it_is()
    {
        await ExecuteAsync("UPDATE schema_version SET version = 99");

        for (var tries = 0; tries < 2; tries++)
        {
            var refused = await Assert.ThrowsAsync<StoreException>(() => PostgresStore.OpenAsync(Options));
            Assert.Contains("version 99, written by a later version", refused.Message, StringComparison.Ordinal);
        }

        await ExecuteAsync("UPDATE schema_version SET version = 1");
        await (await PostgresStore.OpenAsync(Options)).DisposeAsync();
    }

    [Fact]
    public async Task Server_that_is_not_there_is_named_and_no_secret_is_told()
    {
        var port = FreePort();
        var options = Options with
        {
            ConnectionString = $"Host=127.0.0.1;Port={port};Database=away;Username=hms;Password=a-secret",
        };

        var refused = await Assert.ThrowsAsync<StoreException>(() => PostgresStore.OpenAsync(options));

        Assert.Contains($"the database away at 127.0.0.1:{port} cannot be used", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_comes_late_is_waited_for()
    {
        await Server.StopAsync(crash: false);
        Task<PostgresStore> opening;
        try
        {
            opening = PostgresStore.OpenAsync(Options with { OpenPatience = TimeSpan.FromSeconds(30) });
        }
        finally
        {
            await Server.StartAsync();
        }

        await (await opening).DisposeAsync();
    }

    [Fact]
    public async Task Database_that_does_not_exist_is_refused_at_once()
    {
        var options = Options with { OpenPatience = TimeSpan.FromHours(1) };
        var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Database = "nowhere" };

        var refused = await Assert.ThrowsAsync<StoreException>(
            () => PostgresStore.OpenAsync(options with { ConnectionString = builder.ConnectionString }));

        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password=a-secret;b=a-secret;a-secret")]
    [InlineData("a-secret")]
    [InlineData("Username=hms;Password=a-secret")]
    public async Task Connection_string_that_is_not_understood_is_refused_without_being_repeated(string text)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => PostgresStore.OpenAsync(Options with { ConnectionString = text }));

        Assert.Contains("connection string", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("x; DROP SCHEMA hms")]
    public async Task Schema_whose_name_is_none_is_refused(string schema) =>
        await Assert.ThrowsAsync<StoreException>(() => PostgresStore.OpenAsync(Options with { Schema = schema }));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
