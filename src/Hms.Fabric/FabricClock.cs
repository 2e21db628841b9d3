using Hms.Fabric.Storage;

namespace Hms.Fabric;

/// <summary>
/// The time by which machines decide. It follows the monotonic clock within a process, so that a jump of the wall clock neither ends
/// leases nor keeps them alive, and it never falls behind what was decided before a restart, or in another process.
/// </summary>
/// <param name="time">Where time comes from.</param>
public sealed class FabricClock(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _startTicks = time.GetTimestamp();
    private readonly Lock _gate = new();
    private volatile Course _course = new(Ahead: 0, Earliest: 0);

    /// <summary>The source of time, for timers.</summary>
    public TimeProvider Time => time;

    /// <summary>The time now.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var course = _course;
            return new DateTimeOffset(Math.Max(Running + course.Ahead, course.Earliest), TimeSpan.Zero);
        }
    }

    private long Running => _start.UtcTicks + time.GetElapsedTime(_startTicks).Ticks;

    /// <summary>
    /// Goes on from a time that may have been decided at already, if the clock is behind it. What a store may be ahead by, the clock waits for: if it
    /// ran ahead by that, so would the next process that starts beside this one, by as much again.
    /// </summary>
    /// <param name="latest">The <see cref="IEntityStore.LatestDecision"/>.</param>
    /// <returns>How far it was set forward for good, since the time it follows is wrong by more than a store may be ahead.</returns>
    public TimeSpan NeverBefore(DateTimeOffset latest)
    {
        lock (_gate)
        {
            var course = _course;
            var behind = latest.UtcTicks - Running - course.Ahead;
            var forward = Math.Max(0, behind - IEntityStore.LatestDecisionAhead.Ticks);
            _course = new Course(course.Ahead + forward, Math.Max(course.Earliest, latest.UtcTicks));
            return TimeSpan.FromTicks(forward);
        }
    }

    /// <summary>By how much the clock is ahead of the time it follows, and the time before which it stands still.</summary>
    private sealed record Course(long Ahead, long Earliest);
}
