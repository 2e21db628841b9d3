using System.Net;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Hms.Silo;

/// <summary>How a silo finds the others, and where it keeps what Orleans needs for itself.</summary>
internal static class ClusterSetup
{
    /// <summary>Makes the tables that Orleans needs, where it needs some.</summary>
    public static Task PrepareAsync(SiloSettings settings) => Task.CompletedTask;

    public static void Apply(ISiloBuilder silo, SiloSettings settings)
    {
        var endpoints = settings.Endpoints;
        if (settings.Clustering == Clustering.Localhost)
        {
            silo.UseLocalhostClustering(endpoints.Port, endpoints.GatewayPort, null, settings.Cluster.ServiceId, settings.Cluster.Id);
            silo.UseInMemoryReminderService();
            return;
        }

        var address = endpoints.Resolve();
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.Cluster.Id, settings.Cluster.ServiceId));
        silo.ConfigureEndpoints(address, endpoints.Port, endpoints.GatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(address));
    }

    /// <summary>What the operator is told of it.</summary>
    public static string Describe(SiloSettings settings) => settings.Clustering == Clustering.Localhost
        ? $"One silo alone; .NET clients reach it at 127.0.0.1:{settings.Endpoints.GatewayPort}"
        : $"A silo of cluster {settings.Cluster.Id}; .NET clients reach it at {settings.Endpoints.Address}:{settings.Endpoints.GatewayPort}";
}
