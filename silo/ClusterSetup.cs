using System.Net;
using Hms.Fabric.Storage;
using Hms.Grains;
using Hms.Grains.Tls;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Hms.Silo;

/// <summary>How a silo finds the others, and where it keeps what Orleans needs for itself.</summary>
internal static class ClusterSetup
{
    private const string Invariant = "Npgsql";

    /// <summary>Makes the tables that Orleans needs, where it needs some.</summary>
    /// <exception cref="StoreException">The database cannot be used.</exception>
    public static Task PrepareAsync(SiloSettings settings) =>
        settings.Connection is { } connection ? OrleansSchema.MigrateAsync(connection) : Task.CompletedTask;

    public static void Apply(ISiloBuilder silo, SiloSettings settings)
    {
        if (settings.Connection is { } connection)
        {
            UsePostgres(silo, settings, OrleansSchema.ConnectionString(connection));
        }
        else
        {
            var endpoints = settings.Endpoints;
            silo.UseLocalhostClustering(endpoints.Port, endpoints.GatewayPort, null, settings.Cluster.ServiceId, settings.Cluster.Id);
            silo.UseInMemoryReminderService();
            silo.AddMemoryGrainStorage(TopicStreams.SubscriptionStore);
        }

        if (settings.Tls is { } tls)
        {
            silo.UseHmsTls(tls);
        }
    }

    /// <summary>What the operator is told of it.</summary>
    public static string Describe(SiloSettings settings) => settings.Clustering == Clustering.Localhost
        ? $"One silo alone; .NET clients reach it at 127.0.0.1:{settings.Endpoints.GatewayPort}"
        : $"A silo of cluster {settings.Cluster.Id}; .NET clients reach it at {settings.Endpoints.Address}:{settings.Endpoints.GatewayPort}";

    private static void UsePostgres(ISiloBuilder silo, SiloSettings settings, string connection)
    {
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, connection));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, connection));
        silo.AddAdoNetGrainStorage(
            TopicStreams.SubscriptionStore, options => (options.Invariant, options.ConnectionString) = (Invariant, connection));
        if (settings.Kubernetes)
        {
            // Says which cluster and silo this is by the pod's labels and environment, and which address it has.
            silo.UseKubernetesHosting();
            return;
        }

        var (endpoints, address) = (settings.Endpoints, settings.Endpoints.Resolve());
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.Cluster.Id, settings.Cluster.ServiceId));
        silo.ConfigureEndpoints(address, endpoints.Port, endpoints.GatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(address));
    }
}
