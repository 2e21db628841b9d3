using Hms.Domain.Entities;
using Hms.Simulation.Breaks;
using Hms.Simulation.Checks;
using Hms.Simulation.Clients;
using Hms.Simulation.Workloads;
using Hms.Simulation.World;

namespace Hms.Simulation;

/// <summary>
/// One run: clients work while things go wrong; then nothing goes wrong any more, all comes to rest, and what must hold in the end is
/// checked by asking.
/// </summary>
internal sealed class Simulation
{
    private const int StepsMax = 200_000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(90);

    // Who was registered for the audit, and is silent again, dies in it or soon after.
    private static readonly TimeSpan LastRest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Feeding = TimeSpan.FromSeconds(5);

    private readonly SimWorld _world;
    private readonly Chaos _chaos;
    private readonly List<Workload> _workloads;
    private readonly SimClient _auditor;

    private Simulation(long seed, string? broken, int linesKept)
    {
        _world = new SimWorld(seed, Breakages.Make(broken), linesKept);
        _chaos = new Chaos(_world);
        _workloads = AllWorkloads.Draw(_world);
        _auditor = new SimClient(_world, "auditor");
    }

    /// <summary>Runs one seed.</summary>
    /// <param name="seed">From which all follows.</param>
    /// <param name="broken">What is broken on purpose; null where nothing is.</param>
    /// <param name="linesKept">How many lines of the trace are kept to be read.</param>
    public static RunResult Run(long seed, string? broken = null, int linesKept = 0)
    {
        var simulation = new Simulation(seed, broken, linesKept);
        simulation.Run();
        var world = simulation._world;
        return new RunResult(seed, broken, world.Failure, world.Trace.Hash, world.Scheduler.Step, [.. world.Trace.Lines]);
    }

    private void Run()
    {
        foreach (var machine in _world.Machines)
        {
            machine.Start();
        }

        _chaos.Begin();
        var work = Task.WhenAll(_workloads.Select(workload => workload.RunAsync()));
        var closes = _world.Dice.Between(200, 2_500);
        Go(() => work.IsCompleted || _world.Scheduler.Step >= closes, "the work");
        _world.IsClosing = true;
        _chaos.Heal();
        Go(() => work.IsCompleted, "the rest of the work");
        ComeToRest(Rest);
        if (_world.Dice.Chance(0.5))
        {
            Restart();
        }

        Do(AuditAsync, "the audit");
        ComeToRest(LastRest);
        if (_world.Failure is null)
        {
            CheckEverythingWasHeard();
            new Aftermath(_world).Check();
            _world.Ledger.Lives.Check();
            new Bonds(_world).Check();
            _workloads.ForEach(static workload => workload.CheckHeard());
        }
    }

    private async Task AuditAsync()
    {
        foreach (var workload in _workloads)
        {
            await workload.CheckEndAsync();
        }

        // What waited for room in a mailbox comes when there is some.
        var supervisors = _workloads.SelectMany(workload => workload.Supervisors).ToArray();
        for (var taken = 1; taken > 0;)
        {
            taken = 0;
            foreach (var supervisor in supervisors)
            {
                taken += await supervisor.EmptyAsync();
            }

            await _world.Scheduler.DelayAsync(Feeding, _world.Context);
        }

        foreach (var supervisor in supervisors)
        {
            await supervisor.ReadDeadLettersAsync();
        }
    }

    /// <summary>Starts every process anew. Nothing that was durable has changed by that.</summary>
    private void Restart()
    {
        string[]? before = null;
        string[]? after = null;
        Do(async () => before = await Picture.TakeAsync(_auditor, _world.Ledger.Inboxes), "the picture before the restart");
        _chaos.RestartAll();
        ComeToRest(Rest);
        Do(async () => after = await Picture.TakeAsync(_auditor, _world.Ledger.Inboxes), "the picture after the restart");
        if (_world.Failure is null && !(before ?? []).SequenceEqual(after ?? []))
        {
            _world.Fail($"before the restart it was\n{string.Join('\n', before!.Except(after!))}\nand after it\n{string.Join('\n', after!.Except(before!))}");
        }
    }

    private void Do(Func<Task> script, string what)
    {
        var done = _auditor.BeginAsync(script);
        Go(() => done.IsCompleted, what);
    }

    private void ComeToRest(TimeSpan time)
    {
        var rested = _world.Scheduler.Now + time.Ticks;
        Go(() => _world.Scheduler.Now >= rested, "rest");
    }

    /// <summary>Goes on until something is reached, or anything fails.</summary>
    private void Go(Func<bool> reached, string what)
    {
        while (_world.Failure is null && !reached())
        {
            if (!_world.Scheduler.TryStep() || _world.Scheduler.Step > StepsMax)
            {
                _world.Fail($"{what} never came to its end");
            }

            _workloads.ForEach(static workload => workload.CheckStep());
        }
    }

    private void CheckEverythingWasHeard()
    {
        foreach (var key in _world.Store.Keys)
        {
            var unheard = _world.Store.Find(key)!.Rows.Keys.Count(row => row.Kind == 'O');
            if (unheard > 0)
            {
                _world.Fail($"{key} has {unheard} things to say that nobody has heard");
            }
        }
    }
}
