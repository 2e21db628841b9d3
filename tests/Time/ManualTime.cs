namespace Hms.Tests;

/// <summary>Time that a test moves on. Timers run on whoever moves it, in the order in which they are due, each at its own time.</summary>
internal sealed class ManualTime(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start ?? new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (Step(end))
        {
        }
    }

    /// <summary>Moves on without running what comes due on the way: that runs once, with the next step.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
        }
    }

    /// <summary>Moves on to the next timer that is due by then, and runs it; to the end, where there is none, and returns false.</summary>
    public bool Step(DateTimeOffset end)
    {
        if (TakeDue(end) is { } due)
        {
            due.Run();
            return true;
        }

        lock (_gate)
        {
            _now = end > _now ? end : _now;
            return false;
        }
    }

    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            var due = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (due is not null)
            {
                _now = due.Due > _now ? due.Due : _now;
                due.Next();
            }

            return due;
        }
    }

    private sealed class ManualTimer(ManualTime time, Action run) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public void Run() => run();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time._now + dueTime;
                    time._timers.Add(this);
                }

                return true;
            }
        }

        /// <summary>Sets it for its next turn, or takes it out. Called under the lock.</summary>
        public void Next()
        {
            if (_period > TimeSpan.Zero)
            {
                // Turns that were jumped over are not made up for.
                Due = Due + _period > time._now ? Due + _period : time._now + _period;
            }
            else
            {
                time._timers.Remove(this);
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
