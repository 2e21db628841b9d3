using Hms.Domain.Barriers;
using Hms.Domain.Coordination;
using Hms.Domain.Mailboxes;
using Hms.Domain.Tasks;
using Hms.Domain.Topics;
using Hms.Fabric;
using Hms.Simulation.Breaks;
using Hms.Simulation.Checks;
using Hms.Simulation.Network;
using Hms.Simulation.Storage;

namespace Hms.Simulation.World;

/// <summary>One run's world: its time, its chance, its disk, its network and its machines. All follows from the seed.</summary>
internal sealed class SimWorld
{
    private static readonly TimeSpan Forever = TimeSpan.FromDays(1_000);

    public SimWorld(long seed, Breakage breakage, int linesKept)
    {
        Dice = new Dice(seed);
        Trace = new Trace(linesKept);
        Scheduler = new Scheduler(Dice, Trace);
        Break = breakage;
        Faults = Faults.Draw(Dice);
        Context = new SimContext(this, "world");
        Store = new SimStore(this);
        Network = new SimNetwork(this);
        Placement = new Placement(this);
        Ledger = new Ledger(this);
        Options = DrawOptions();
        Machines = [.. Enumerable.Range(1, Faults.Machines).Select(number => new SimMachine(this, number))];
    }

    public Dice Dice { get; }

    public Trace Trace { get; }

    public Scheduler Scheduler { get; }

    public Breakage Break { get; }

    public Faults Faults { get; }

    /// <summary>The owner of what happens outside of every process.</summary>
    public SimContext Context { get; }

    public SimStore Store { get; }

    public SimNetwork Network { get; }

    public Placement Placement { get; }

    public FabricOptions Options { get; }

    public IReadOnlyList<SimMachine> Machines { get; }

    /// <summary>What was sent and what came of it.</summary>
    public Ledger Ledger { get; }

    /// <summary>Whether an entity may have been active twice. What is read from the memory of one that lags behind may be out of date.</summary>
    public bool HasSplit { get; set; }

    /// <summary>
    /// When a commit last took place of which nobody knows: long after it was said to have failed, or of a node that has crashed since. Others
    /// may go on from what was before, until they commit or compare.
    /// </summary>
    public long LateCommitAt { get; set; } = long.MinValue;

    public int Crashes { get; set; }

    /// <summary>Whether everybody is to come to an end.</summary>
    public bool IsClosing { get; set; }

    /// <summary>The first thing that should not have happened.</summary>
    public string? Failure { get; private set; }

    /// <summary>Says that something happened that must not.</summary>
    public void Fail(string what)
    {
        Scheduler.Note("FAILURE", what);
        Failure ??= what;
    }

    /// <summary>Told by a node's transaction that it took place.</summary>
    public void ApplyEnded(SimNode node)
    {
        if (!Break.Flushes)
        {
            Scheduler.After(Dice.Delay(TimeSpan.FromSeconds(1)), Context, "flush", Store.Flush);
        }

        if (Dice.Chance(Faults.CrashAtCommit) && Machines.FirstOrDefault(machine => machine.Node == node) is { } machine)
        {
            Chaos.Crash(this, machine);
        }
    }

    // What is forgotten after a while by design is kept for longer than a run lasts, so that every duplicate must be known.
    private FabricOptions DrawOptions() => new()
    {
        IdleAfter = TimeSpan.FromSeconds(Dice.Pick([3, 30, 300])),
        BodyCacheBytes = Dice.Pick([1_000, 1 << 20]),
        Mailboxes = new MailboxLimits
        {
            AttemptsMax = Dice.Pick([2, 10]),
            DepthMax = Dice.Chance(0.2) ? 20 : 100_000,
            DedupWindow = Forever,
        },
        Topics = new TopicLimits { FeedMax = Dice.Pick([3, 1_000]), DedupWindow = Forever },
        Barriers = new BarrierLimits { KeptFor = Forever, Common = DrawCommon() },
        Tasks = new TaskLimits { KeptFor = Forever, Common = DrawCommon() },
    };

    private CoordinationLimits DrawCommon() => new() { DedupWindow = Forever, TiesFor = TimeSpan.FromSeconds(Dice.Pick([1, 60])) };
}
