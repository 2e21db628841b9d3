using System.Net;
using Hms.Storage.Postgres.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Hms.Silo.Tests.Clustering;

/// <summary>A test with a schema of its own, and Orleans' own services over it, as a silo and a client build them.</summary>
public abstract class ClusteringTest(PostgresServer server) : IAsyncLifetime
{
    protected const string Invariant = "Npgsql";
    protected const string ClusterId = "a-cluster";
    protected const string ServiceId = "a-service";

    private readonly List<IHost> _hosts = [];

    // Neither the zone of the client nor that of the server may matter.
    internal string Database => $"{server.ConnectionString};Timezone=Asia/Kolkata";

    internal string Schema { get; } = $"o{Guid.NewGuid():n}";

    internal string ConnectionString => OrleansSchema.ConnectionString(Database, Schema);

    public virtual async ValueTask InitializeAsync() => await OrleansSchema.MigrateAsync(Database, Schema);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync();
            host.Dispose();
        }

        // What Orleans opened would stay in Npgsql's pools, one for each test's schema, until the server takes no more connections.
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>The services of a silo that uses the tables of this test for everything; it is not started.</summary>
    internal IHost Silo(Action<ISiloBuilder>? configure = null, string cluster = ClusterId, string? schema = null)
    {
        var connection = OrleansSchema.ConnectionString(Database, schema ?? Schema);
        return Build(builder => builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, ServiceId))
                .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, connection))
                .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, connection))
                .AddAdoNetGrainStorage("Default", options => (options.Invariant, options.ConnectionString) = (Invariant, connection));
            configure?.Invoke(silo);
        }));
    }

    /// <summary>The services of a client that finds silos by the tables of this test; it is not started.</summary>
    internal IHost Client() => Build(builder => builder.UseOrleansClient(client => client
        .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (ClusterId, ServiceId))
        .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, ConnectionString))));

    internal static SiloAddress Address(int port, int generation = 1) => SiloAddress.New(IPAddress.Parse("10.1.2.3"), port, generation);

    internal static MembershipEntry Entry(SiloAddress address, SiloStatus status = SiloStatus.Joining, int proxyPort = 30000) => new()
    {
        SiloAddress = address,
        SiloName = $"silo {address.Endpoint.Port}",
        HostName = "host",
        Status = status,
        ProxyPort = proxyPort,
        StartTime = new DateTime(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc),
        IAmAliveTime = new DateTime(2026, 1, 2, 3, 4, 6, 789, DateTimeKind.Utc),
        SuspectTimes = [],
    };

    internal async Task<T> ReadAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=False");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Texts of our own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync())!;
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=False");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Texts of our own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    internal IHost Build(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        configure(builder);
        var host = builder.Build();
        _hosts.Add(host);
        return host;
    }
}
