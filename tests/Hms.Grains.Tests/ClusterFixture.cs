using Hms.Abstractions;
using Hms.Conformance;
using Hms.Domain.Mailboxes;
using Hms.Fabric;
using Hms.Storage;
using Hms.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace Hms.Grains.Tests;

/// <summary>Three silos in this process over one store in memory, with time that a test moves on. Tests go in through one of them; entities are on all.</summary>
public sealed class ClusterFixture : IFabricFixture, IAsyncLifetime
{
    private const int Silos = 3;

    // What is longer is jumped over up to here: all who are registered are looked at again and again on the way.
    private static readonly TimeSpan LongestWalk = TimeSpan.FromMinutes(10);

    // What is awaited is mostly there at once; where it is not, it needs the processors that looking would take.
    private const int SpinsMax = 20;

    private readonly MemoryStore _store = new();
    private InProcessTestCluster? _cluster;

    internal ManualTime Time { get; } = new();

    /// <summary>Adds to the cluster what a test needs besides, such as a client of the fabric's.</summary>
    internal Action<InProcessTestClusterBuilder>? Configure { get; init; }

    internal InProcessTestCluster Cluster => _cluster!;

    internal MemoryStore Store => _store;

    public IFabric Fabric => FabricOf(0);

    internal IReadOnlyList<SiloEngine> Engines { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var options = new HmsGrainsOptions
        {
            Time = Time,
            Fabric = new FabricOptions
            {
                Mailboxes = new MailboxLimits
                {
                    DepthMax = SmallLimits.Depth,
                    AttemptsMax = SmallLimits.Attempts,
                    DedupWindow = SmallLimits.DedupWindow,
                },
            },
        };
        var builder = new InProcessTestClusterBuilder(Silos);
        builder.ConfigureSilo((_, silo) => silo
            .UseInMemoryReminderService()
            .AddMemoryGrainStorage(TopicStreams.SubscriptionStore)
            .AddHmsGrains(_store, options)
            .Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error)));
        builder.ConfigureClient(client => client.AddMemoryStreams(TopicStreams.Provider));
        Configure?.Invoke(builder);
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        Engines = [.. Cluster.Silos.Select(silo => Services(silo).GetRequiredService<SiloEngine>())];
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await InitializeAsync();
    }

    public async Task AdvanceAsync(TimeSpan by)
    {
        var end = Time.GetUtcNow() + by;
        if (by > LongestWalk)
        {
            Time.Jump(by - LongestWalk);
        }

        do
        {
            await QuietAsync();
        }
        while (Time.Step(end));
        await QuietAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _store.DisposeAsync();
    }

    /// <summary>The fabric as one of the silos sees it.</summary>
    internal IFabric FabricOf(int silo) => Services(Cluster.Silos[silo]).GetRequiredService<IFabric>();

    private static IServiceProvider Services(InProcessSiloHandle silo) => silo.ServiceProvider;

    /// <summary>Waits until nobody is being woken.</summary>
    private async Task QuietAsync()
    {
        for (var looks = 0; IsWaking(); looks++)
        {
            await (looks < SpinsMax ? Task.Run(Thread.Yield) : Task.Delay(1));
        }
    }

    // Asked with every step of the time: as little as can be.
    private bool IsWaking()
    {
        for (var i = 0; i < Engines.Count; i++)
        {
            if (Engines[i].Waking > 0)
            {
                return true;
            }
        }

        return false;
    }

    private async Task StopAsync()
    {
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
    }
}
