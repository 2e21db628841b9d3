namespace Hms.Simulation.World;

/// <summary>Time as one process sees it: a monotonic clock that all share, and a wall clock that somebody may set.</summary>
internal sealed class SimTime(SimWorld world, SimContext owner, SimMachine machine) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(world.Scheduler.Now) + machine.WallClockError;

    public override long GetTimestamp() => world.Scheduler.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.Scheduler.Timer(owner, callback, state, dueTime, period);
}
