using System.Net;
using System.Net.Sockets;
using Hms.Fabric.Storage;
using Hms.Grains;
using Hms.Grains.Tls;
using Hms.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Hms.Silo;

/// <summary>How a silo finds the others, and where it keeps what Orleans needs for itself.</summary>
internal static class ClusterSetup
{
    private const string Invariant = "Npgsql";
    private const string PodAddressVariable = "POD_IP";

    /// <summary>Makes the tables that Orleans needs, where it needs some.</summary>
    /// <exception cref="StoreException">The database cannot be used.</exception>
    public static Task PrepareAsync(SiloSettings settings) =>
        settings.Database is { } database ? OrleansSchema.MigrateAsync(database.ConnectionString, OrleansSchema.NameBeside(database.Schema)) : Task.CompletedTask;

    public static void Apply(ISiloBuilder silo, SiloSettings settings)
    {
        if (settings.Database is { } database)
        {
            UsePostgres(silo, settings, OrleansSchema.ConnectionString(database.ConnectionString, OrleansSchema.NameBeside(database.Schema)));
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
    public static string Describe(SiloSettings settings) =>
        settings.Database is null ? $"One silo alone; .NET clients reach it at 127.0.0.1:{settings.Endpoints.GatewayPort}"
        : settings.Kubernetes ? $"A silo of cluster {settings.Cluster.Id}; .NET clients reach it at port {settings.Endpoints.GatewayPort} of its pod"
        : $"A silo of cluster {settings.Cluster.Id}; .NET clients reach it at {settings.Endpoints.Address}:{settings.Endpoints.GatewayPort}";

    private static void UsePostgres(ISiloBuilder silo, SiloSettings settings, string connection)
    {
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, connection));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, connection));
        silo.AddAdoNetGrainStorage(
            TopicStreams.SubscriptionStore, options => (options.Invariant, options.ConnectionString) = (Invariant, connection));
        var endpoints = settings.Endpoints;
        if (settings.Kubernetes)
        {
            // Takes the silo's name from the pod, and has silos whose pods are gone declared dead. Which cluster it is of is said here, over what Orleans
            // would take from variables of its own: the pod's labels have to agree with it, or Orleans would change them.
            silo.UseKubernetesHosting();
        }

        var address = settings.Kubernetes ? PodAddress() : endpoints.Resolve();
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.Cluster.Id, settings.Cluster.ServiceId));
        silo.ConfigureEndpoints(address, endpoints.Port, endpoints.GatewayPort);
        if (!IPAddress.IsLoopback(address))
        {
            var any = address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
            silo.Configure<EndpointOptions>(options => (options.SiloListeningEndpoint, options.GatewayListeningEndpoint) =
                (new IPEndPoint(any, endpoints.Port), new IPEndPoint(any, endpoints.GatewayPort)));
        }
    }

    private static IPAddress PodAddress() => IPAddress.TryParse(Environment.GetEnvironmentVariable(PodAddressVariable), out var address)
        ? address
        : throw new SettingsException($"with Kubernetes, {PodAddressVariable} is the pod's IP address: see deploy/kubernetes/deployment.yaml");
}
