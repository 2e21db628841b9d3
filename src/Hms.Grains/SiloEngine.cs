using Hms.Domain.Entities;
using Hms.Fabric;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Microsoft.Extensions.Logging;

namespace Hms.Grains;

/// <summary>
/// What one silo adds to the cluster: its connection to the store, its clock, the wake-ups of the entities that live here, and the way of a message as
/// seen from here. Entities are grains, on this silo or another.
/// </summary>
internal sealed partial class SiloEngine : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>What the engine is called in <c>GET /v1/status</c>.</summary>
    public const string Name = "orleans";

    private const int WokenAtOnceMax = 256;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly IEntityStore _store;
    private readonly ILocalSiloDetails _silo;
    private readonly ISiloStatusOracle _membership;
    private readonly ILogger _logger;
    private readonly WakeupTimer _wakeups;
    private readonly ClusterEntities _entities;
    private readonly SiloStart _start;
    private int _waking;

    public SiloEngine(
        IEntityStore store,
        HmsGrainsOptions options,
        IGrainFactory grains,
        ILocalSiloDetails silo,
        IClusterMembershipService members,
        ISiloStatusOracle membership,
        ILoggerFactory loggers)
    {
        _store = store;
        _silo = silo;
        _membership = membership;
        _logger = loggers.CreateLogger("Hms.Fabric");
        Clock = new FabricClock(options.Time);
        if (Clock.NeverBefore(store.LatestDecision) is { Ticks: > 0 } forward)
        {
            LogBehind(_logger, (forward + IEntityStore.LatestDecisionAhead).TotalSeconds);
        }

        Local = new LocalGrains(Clock, options.Fabric.IdleAfter);
        _wakeups = new WakeupTimer(Clock);
        _wakeups.Due += key => _ = WakeAsync(key);
        Deaths = new Deaths(members, silo.SiloAddress);
        _entities = new ClusterEntities(grains, Local, Deaths, options.Time);
        var bodies = new BodyCache(options.Fabric.BodyCacheBytes);
        var services = new EntityServices(store, bodies, Clock, _wakeups, new OutboxCarrier(_entities, store, bodies, _logger), _logger)
        {
            // Said by the writer of the store, which does not wait for what follows from it.
            Overtaken = key => PoolBackground.Instance.Run(Local.Overtaken, key),
        };
        Make = new EntityFactory(_entities, services, options.Fabric, Metrics);
        Fabric = new FabricService(_entities, Clock, Metrics, options.Fabric, Status);
        _start = new SiloStart(Fabric, grains, options.Time, _logger);
    }

    public FabricClock Clock { get; }

    /// <summary>What this silo knows of those that died.</summary>
    public Deaths Deaths { get; }

    /// <summary>The fabric as seen from this silo.</summary>
    public FabricService Fabric { get; }

    /// <summary>Makes the objects inside grains.</summary>
    public EntityFactory Make { get; }

    /// <summary>The grains of entities that are in this silo's memory.</summary>
    public LocalGrains Local { get; }

    public FabricMetrics Metrics { get; } = new();

    /// <summary>How many entities are being woken, or looked for.</summary>
    public int Waking => Volatile.Read(ref _waking);

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(SiloEngine), ServiceLifecycleStage.Active, _start.RunAsync, _start.StopAsync);

    /// <summary>Looks through the store for entities that should have been woken so long ago, and wakes them, on whichever silo they are.</summary>
    /// <exception cref="StoreException">The store is away.</exception>
    public async Task WakeOverdueAsync(TimeSpan grace)
    {
        Interlocked.Increment(ref _waking);
        try
        {
            var overdue = await _store.ReadWakesAsync(Clock.Now - grace);
            foreach (var some in overdue.Chunk(WokenAtOnceMax))
            {
                await Task.WhenAll(some.Select(wake => WakeAsync(wake.Key)));
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waking);
        }
    }

    /// <summary>Wakes an entity, on whichever silo it is.</summary>
    public async Task WakeAsync(EntityKey key)
    {
        Interlocked.Increment(ref _waking);
        try
        {
            await _entities.Find(key).WakeAsync();
        }
#pragma warning disable CA1031 // Whatever went wrong, it is to be woken.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotWoken(_logger, e, key);
            _wakeups.Schedule(key, Clock.Now + RetryPause);
        }
        finally
        {
            Interlocked.Decrement(ref _waking);
        }
    }

    public void Dispose()
    {
        _start.Dispose();
        _wakeups.Dispose();
        Local.Dispose();
        Metrics.Dispose();
    }

    // A silo that the others do not count as one of them serves nobody, and says so.
    private FabricStatus Status()
    {
        var membership = _membership.GetApproximateSiloStatus(_silo.SiloAddress);
        var problem = _store.Problem is { } store ? $"the store is away: {store}"
            : membership == SiloStatus.Active ? null
            : $"this silo is not an active member of the cluster: {membership}";
        return new FabricStatus(Name, _store.Name, problem, Supervisors: null, new Dictionary<string, long>());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "this machine's clock is {Seconds:F1} s behind what was decided last; the fabric goes on from there")]
    private static partial void LogBehind(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Entity} could not be woken, and is again")]
    private static partial void LogNotWoken(ILogger logger, Exception e, EntityKey entity);
}
