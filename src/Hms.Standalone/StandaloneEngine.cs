using Hms.Abstractions;
using Hms.Fabric;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Microsoft.Extensions.Logging;

namespace Hms.Standalone;

/// <summary>The whole fabric in one process: entities in memory, rows in a store, one timer queue.</summary>
public sealed class StandaloneEngine : IAsyncDisposable
{
    /// <summary>What the engine is called in <c>GET /v1/status</c>.</summary>
    public const string Name = "standalone";

    private readonly IEntityStore _store;
    private readonly FabricClock _clock;
    private readonly WakeupTimer _timers;
    private readonly EntityTable _entities;
    private readonly FabricMetrics _metrics = new();
    private readonly FabricService _fabric;

    /// <summary>A fabric over a store. Call <see cref="StartAsync"/> before anything else.</summary>
    /// <param name="store">Where rows live; it is not disposed of with the engine.</param>
    /// <param name="options">How the fabric behaves.</param>
    /// <param name="time">Where time comes from.</param>
    /// <param name="logger">Where failures are written down.</param>
    public StandaloneEngine(IEntityStore store, FabricOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        _store = store;
        _clock = new FabricClock(time);
        _clock.NeverBefore(store.LatestDecision);
        _timers = new WakeupTimer(_clock);
        _entities = new EntityTable(store, _clock, _timers, options, _metrics, logger);
        _fabric = new FabricService(_entities, _clock, _metrics, options, Status);
    }

    /// <summary>The fabric.</summary>
    public IFabric Fabric => _fabric;

    /// <summary>How many mailboxes are in memory.</summary>
    internal int Mailboxes => _entities.Mailboxes;

    /// <summary>Takes up what was stored: the message types, and everything that wants to be woken.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _fabric.StartAsync(cancellationToken);
        foreach (var (key, at) in await _store.ReadWakesAsync(DateTimeOffset.MaxValue, cancellationToken))
        {
            _timers.Schedule(key, at);
        }
    }

    /// <summary>Stops waking entities. What was decided is in the store's hands.</summary>
    public ValueTask DisposeAsync()
    {
        _timers.Dispose();
        _entities.Dispose();
        _metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    private FabricStatus Status() => new(
        Name, _store.Name, _store.Problem is { } problem ? $"the store is away: {problem}" : null, Supervisors: null, new Dictionary<string, long>());
}
