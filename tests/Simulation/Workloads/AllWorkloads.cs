using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>Which workloads there are, and which a run has.</summary>
internal static class AllWorkloads
{
    private static readonly Func<SimWorld, Workload>[] Known =
    [
        world => new MailWorkload(world),
        world => new TopicWorkload(world),
        world => new RequestWorkload(world),
        world => new ComingWorkload(world),
        world => new LockWorkload(world),
        world => new BarrierWorkload(world),
        world => new TaskWorkload(world),
        world => new SessionWorkload(world),
    ];

    /// <summary>One at least, and seldom all.</summary>
    public static List<Workload> Draw(SimWorld world)
    {
        var first = world.Dice.Below(Known.Length);
        return [.. Known.Where((_, i) => i == first || world.Dice.Chance(0.15)).Select(make => make(world))];
    }
}
