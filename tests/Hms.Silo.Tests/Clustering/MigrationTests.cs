using Hms.Fabric.Storage;
using Hms.Processes;
using Hms.Storage.Postgres.Tests;
using Npgsql;

namespace Hms.Silo.Tests.Clustering;

public sealed class MigrationTests(PostgresServer server) : ClusteringTest(server)
{
    private const string Rows = "SELECT string_agg(querykey || ' ' || xmin || ' ' || ctid, ', ' ORDER BY querykey) FROM orleansquery";

    // Each test begins with a database that has no schema.
    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Three_who_start_at_once_make_the_tables_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => OrleansSchema.MigrateAsync(Database, Schema))));

        Assert.Equal(1L, await ReadAsync<long>("SELECT count(*) FROM schema_version"));
        Assert.Equal(1, await ReadAsync<int>("SELECT version FROM schema_version"));
        Assert.Equal(21L, await ReadAsync<long>("SELECT count(*) FROM orleansquery"));
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        await OrleansSchema.MigrateAsync(Database, Schema);
        var before = await ReadAsync<string>(Rows);

        await OrleansSchema.MigrateAsync(Database, Schema);

        Assert.Equal(before, await ReadAsync<string>(Rows));
        Assert.Equal(1, await ReadAsync<int>("SELECT version FROM schema_version"));
    }

    [Fact]
    public async Task Query_that_another_build_wrote_is_written_anew()
    {
        await OrleansSchema.MigrateAsync(Database, Schema);
        var before = await ReadAsync<string>("SELECT querytext FROM orleansquery WHERE querykey = 'GatewaysQueryKey'");
        await ExecuteAsync("UPDATE orleansquery SET querytext = 'SELECT 1' WHERE querykey = 'GatewaysQueryKey'");

        await OrleansSchema.MigrateAsync(Database, Schema);

        Assert.Equal(before, await ReadAsync<string>("SELECT querytext FROM orleansquery WHERE querykey = 'GatewaysQueryKey'"));
    }

    [Fact]
    public async Task Schema_of_a_later_version_is_refused_and_left_as_it_is()
    {
        await OrleansSchema.MigrateAsync(Database, Schema);
        await ExecuteAsync("UPDATE schema_version SET version = 99; UPDATE orleansquery SET querytext = 'later'");

        for (var tries = 0; tries < 2; tries++)
        {
            var refused = await Assert.ThrowsAsync<StoreException>(() => OrleansSchema.MigrateAsync(Database, Schema));
            Assert.Contains($"the schema {Schema} of postgres has version 99, written by a later version", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(21L, await ReadAsync<long>("SELECT count(*) FROM orleansquery WHERE querytext = 'later'"));
    }

    [Fact]
    public async Task Migration_that_fails_leaves_nothing_behind()
    {
        await using var other = new NpgsqlConnection(Database);
        await other.OpenAsync();
        await using var blocking = new NpgsqlCommand($"CREATE SCHEMA {Schema}; CREATE VIEW {Schema}.reminder AS SELECT 1 AS one", other);
        await blocking.ExecuteNonQueryAsync();

        var failed = await Assert.ThrowsAsync<StoreException>(() => OrleansSchema.MigrateAsync(Database, Schema));

        Assert.Contains("\"reminder\" already exists", failed.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ReadAsync<long>($"SELECT count(*) FROM pg_tables WHERE schemaname = '{Schema}'"));
    }

    [Fact]
    public async Task User_who_may_not_make_schemas_uses_the_one_made_for_it()
    {
        var user = Schema[..20];
        await using (var owner = new NpgsqlConnection(Database))
        {
            await owner.OpenAsync();
            await using var making = new NpgsqlCommand($"CREATE ROLE {user} LOGIN; CREATE SCHEMA {Schema} AUTHORIZATION {user}", owner);
            await making.ExecuteNonQueryAsync();
        }

        var asUser = new NpgsqlConnectionStringBuilder(Database) { Username = user }.ConnectionString;
        await OrleansSchema.MigrateAsync(asUser, Schema);
        await OrleansSchema.MigrateAsync(asUser, Schema);

        Assert.Equal(user, await ReadAsync<string>($"SELECT tableowner::text FROM pg_tables WHERE schemaname = '{Schema}' AND tablename = 'silo'"));
    }

    [Fact]
    public async Task Database_whose_transactions_see_one_moment_by_default_is_no_trouble()
    {
        var strict = $"{Database};Options=-c default_transaction_isolation=serializable";

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => OrleansSchema.MigrateAsync(strict, Schema))));

        await using var connection = new NpgsqlConnection(OrleansSchema.ConnectionString(strict, Schema));
        await connection.OpenAsync();
        await using var asking = new NpgsqlCommand("SHOW default_transaction_isolation", connection);
        Assert.Equal("read committed", await asking.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Server_that_is_not_there_is_named_and_no_secret_is_told()
    {
        var port = FreePorts.Take(1)[0];

        var refused = await Assert.ThrowsAsync<StoreException>(
            () => OrleansSchema.MigrateAsync($"Host=127.0.0.1;Port={port};Database=away;Username=hms;Password=a-secret", Schema));

        Assert.Contains($"the database away at 127.0.0.1:{port} cannot be used for Orleans", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password=a-secret;b=a-secret;a-secret")]
    [InlineData("a-secret")]
    [InlineData("Username=hms;Password=a-secret")]
    public async Task Connection_string_that_is_not_understood_is_refused_without_being_repeated(string text)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => OrleansSchema.MigrateAsync(text, Schema));

        Assert.Contains("connection string", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("line\n")]
    [InlineData("x; DROP SCHEMA hms")]
    public async Task Schema_whose_name_is_none_is_refused(string schema) =>
        await Assert.ThrowsAsync<StoreException>(() => OrleansSchema.MigrateAsync(Database, schema));
}
