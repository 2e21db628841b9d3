using Hms.Abstractions;
using Hms.Fabric;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Hms.Simulation.Network;
using Hms.Simulation.Storage;
using Hms.Standalone;

namespace Hms.Simulation.World;

/// <summary>
/// One life of one process: the fabric as an engine puts it together, over a store and other nodes that it reaches by the simulated
/// network.
/// </summary>
internal sealed class SimNode : IDisposable
{
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(1);

    private readonly SimWorld _world;
    private readonly WakeupTimer _timers;
    private readonly FabricMetrics _metrics = new();
    private readonly FabricService _fabric;
    private readonly List<ICall> _calls = [];

    public SimNode(SimWorld world, SimMachine machine, string name)
    {
        _world = world;
        Name = name;
        Context = new SimContext(world, name);
        Store = new NodeStore(world, this);
        var clock = new FabricClock(new SimTime(world, Context, machine));
        clock.NeverBefore(Store.LatestDecision);
        _timers = new WakeupTimer(clock);
        var options = world.Options;
        var bodies = new BodyCache(options.BodyCacheBytes);
        var everywhere = new ReachableEntities(world.Network, this);
        var logger = new SimLogger(world, name);
        var services = new EntityServices(Store, bodies, clock, _timers, new OutboxCarrier(everywhere, Store, bodies, logger), logger)
        {
            Background = Context,
            NewId = world.Dice.Id,
        };
        Entities = new NodeEntities(everywhere, services, options, _metrics);
        _timers.Due += key => _ = Entities.WakeAsync(key);
        _fabric = new FabricService(everywhere, clock, _metrics, options, () => new("simulation", Store.Name, null, null, _metrics.Snapshot()), world.Dice.Id);
    }

    public string Name { get; }

    public SimContext Context { get; }

    public NodeStore Store { get; }

    /// <summary>The entities that live here.</summary>
    public NodeEntities Entities { get; }

    /// <summary>The fabric as its clients see it; null until it has started.</summary>
    public IFabric? Fabric { get; private set; }

    public void Start() => _world.Scheduler.Add(Context, "starts", () => _ = Context.RunAsync(StartAsync));

    /// <summary>It dies.</summary>
    public void Dispose()
    {
        Context.Die();
        Store.Die();
        SimNetwork.Lose(_calls);
        _timers.Dispose();
        _metrics.Dispose();
    }

    /// <summary>Notes a call that is carried out here, so that its caller hears when this node dies.</summary>
    public void Add(ICall call) => _calls.Add(call);

    public void Remove(ICall call) => _calls.Remove(call);

    /// <summary>Sees to it that entities which live here are woken at their stored times, and those whose node has died are taken over.</summary>
    public async Task ScheduleWakesAsync()
    {
        foreach (var (key, at) in await Store.ReadWakesAsync(DateTimeOffset.MaxValue))
        {
            if (_world.Placement.Locate(key, this) == this)
            {
                _timers.Schedule(key, at);
            }
        }
    }

    private async Task StartAsync()
    {
        while (true)
        {
            try
            {
                await _fabric.StartAsync();
                Fabric = _fabric;
                await ScheduleWakesAsync();
                return;
            }
            catch (Exception e) when (Expected.Is(e))
            {
                await _world.Scheduler.DelayAsync(StartPause, Context);
            }
        }
    }
}
