namespace Hms.Fabric;

/// <summary>
/// The time by which machines decide. It follows the monotonic clock within a process, so that a jump of the wall clock neither ends
/// leases nor keeps them alive, and it never falls behind what was decided before a restart.
/// </summary>
/// <param name="time">Where time comes from.</param>
public sealed class FabricClock(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _startTicks = time.GetTimestamp();
    private long _ahead;

    /// <summary>The source of time, for timers.</summary>
    public TimeProvider Time => time;

    /// <summary>The time now.</summary>
    public DateTimeOffset Now => _start + time.GetElapsedTime(_startTicks) + new TimeSpan(Interlocked.Read(ref _ahead));

    /// <summary>Moves the clock on to a time that was decided at already, if it is behind it.</summary>
    public void NeverBefore(DateTimeOffset decided)
    {
        var behind = (decided - Now).Ticks;
        if (behind > 0)
        {
            Interlocked.Add(ref _ahead, behind);
        }
    }
}
