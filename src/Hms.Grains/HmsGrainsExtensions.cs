using Hms.Fabric.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Hms.Grains;

/// <summary>Puts the fabric into a silo.</summary>
public static class HmsGrainsExtensions
{
    /// <summary>
    /// Adds the fabric's grains and, as a service, an <see cref="IFabric"/>. The silo needs a reminder service besides, and a grain storage named
    /// <see cref="TopicStreams.SubscriptionStore"/>. Calls between grains time out
    /// after 30 s; waits are made of shorter calls. A silo that does not answer is declared dead after about 6 s.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="store">Where rows live. Silos of one cluster share them: each has a connection of its own to the same database. It is not disposed of with the silo.</param>
    /// <param name="options">How it behaves; as it is by default where left out.</param>
    public static ISiloBuilder AddHmsGrains(this ISiloBuilder silo, IEntityStore store, HmsGrainsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(store);
        silo.Services.AddSingleton(store);
        silo.Services.AddSingleton(options ?? new HmsGrainsOptions());
        silo.Services.AddSingleton<SiloEngine>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloEngine>());
        silo.Services.AddSingleton<IFabric>(provider => provider.GetRequiredService<SiloEngine>().Fabric);
        silo.AddMemoryStreams(TopicStreams.Provider);
        silo.AddOutgoingGrainCallFilter<FaultFilter>();
        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            // A receiver that goes away may have been given messages at that moment, which are then to be given back.
            messaging.WaitForCancellationAcknowledgement = true;
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            // By default a dead silo is noticed after 15 s and more; its supervisors would wait that long.
            membership.ProbeTimeout = membership.MinProbeTimeout = TimeSpan.FromSeconds(2);
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);

            // A silo that stands still has its connections open, and has said something a moment ago: that it answers no probe must count for more.
            // Nor is it noticed by way of a third silo, whose answer comes too late.
            membership.EnableConnectionLivenessCheck = false;
            membership.EnableIndirectProbes = false;
        });
        return silo;
    }
}
