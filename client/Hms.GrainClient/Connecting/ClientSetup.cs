using Hms.Grains.Tls;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;

namespace Hms.GrainClient.Connecting;

/// <summary>How Orleans' client behaves as a client of the fabric.</summary>
internal static class ClientSetup
{
    // Waits of up to 60 s go through the fronts.
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(75);

    // How long a silo that was lost is left alone while there are others, and a new one not known.
    private static readonly TimeSpan GatewaysKnownFor = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ConnectionRetryDelay = TimeSpan.FromMilliseconds(250);

    public static void Apply(IClientBuilder client, HmsGrainClientOptions options)
    {
        client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId));
        FindSilos(client, options);
        if (options.Tls is { } tls)
        {
            client.UseHmsTls(tls);
        }

        client.AddMemoryStreams(TopicStreams.Provider);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewaysKnownFor);
        client.Configure<ConnectionOptions>(connections => connections.ConnectionRetryDelay = ConnectionRetryDelay);
        client.Configure<ClientMessagingOptions>(messaging =>
        {
            messaging.ResponseTimeout = ResponseTimeout;

            // Who cancels may be given messages, a lock or a reply at that moment, which are then to be given back.
            messaging.WaitForCancellationAcknowledgement = true;
        });
        client.Services.AddSingleton<IClientConnectionRetryFilter>(_ => new ConnectRetries(options));
        client.AddOutgoingGrainCallFilter<FaultFilter>();
        client.Services.AddSingleton(_ => new CallLimits(TimeProvider.System));
        client.Services.AddSingleton<IOutgoingGrainCallFilter>(provider => provider.GetRequiredService<CallLimits>());
        client.Services.AddSingleton<IClusterConnectionStatusObserver>(provider => provider.GetRequiredService<CallLimits>());

        // Whose program this is need not know how the fabric's types cross.
        client.Services.AddSerializer(serializer => serializer.AddAssembly(typeof(FaultFilter).Assembly));
    }

    private static void FindSilos(IClientBuilder client, HmsGrainClientOptions options)
    {
        if (options.Database is { } database)
        {
            client.UseAdoNetClustering(table => (table.Invariant, table.ConnectionString) = ("Npgsql", database.ConnectionString));
        }
        else
        {
            client.UseStaticClustering([.. options.Gateways]);
        }
    }
}
