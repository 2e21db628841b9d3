namespace Hms.Simulation.World;

/// <summary>
/// Runs everything on one thread: of all that could go on now, the dice choose what does; where nothing could, the clock moves on to the
/// next timer. Nothing else decides about order or time.
/// </summary>
internal sealed class Scheduler(Dice dice, Trace trace)
{
    // How long one piece of work may take at most, in ticks of 100 ns.
    private const int WorkTicksMax = 1_000;

    private readonly List<Work> _runnable = [];
    private readonly PriorityQueue<Later, (long Due, long Order)> _later = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;

    /// <summary>Time since the run began, in ticks of 100 ns.</summary>
    public long Now { get; private set; }

    /// <summary>How many pieces of work were run.</summary>
    public long Step { get; private set; }

    /// <summary>How likely the whole world stands still for a while between two steps.</summary>
    public double PauseChance { get; set; }

    public TimeSpan PauseMax { get; set; }

    /// <summary>Puts work among what can go on now.</summary>
    public void Add(SimContext owner, string what, SendOrPostCallback work, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException($"{what} of {owner.Name} came from another thread: the run would not be the same again");
        }

        if (owner.IsAlive)
        {
            _runnable.Add(new Work(owner, what, work, state));
        }
    }

    public void Add(SimContext owner, string what, Action work) => Add(owner, what, static work => ((Action)work!)(), work);

    /// <summary>Runs work after a time.</summary>
    public void After(TimeSpan delay, SimContext owner, string what, Action work) =>
        Add(new Later(owner, what, static work => ((Action)work!)(), work, null, 0), Now + Math.Max(0, delay.Ticks));

    /// <summary>Ends after a time, for code of this owner's.</summary>
    public Task DelayAsync(TimeSpan delay, SimContext owner)
    {
        var ended = new TaskCompletionSource();
        After(delay, owner, "waited", ended.SetResult);
        return ended.Task;
    }

    public ITimer Timer(SimContext owner, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(this, owner, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Runs one piece of work; false where nothing is left to do ever.</summary>
    public bool TryStep()
    {
        Now += dice.Below(WorkTicksMax);
        if (dice.Chance(PauseChance))
        {
            Now += dice.Delay(PauseMax).Ticks;
        }

        TakeDue();
        while (_runnable.Count == 0)
        {
            if (!_later.TryPeek(out _, out var next))
            {
                return false;
            }

            Now = Math.Max(Now, next.Due);
            TakeDue();
        }

        var at = dice.Below(_runnable.Count);
        var work = _runnable[at];
        _runnable[at] = _runnable[^1];
        _runnable.RemoveAt(_runnable.Count - 1);
        if (work.Owner.IsAlive)
        {
            Run(work);
        }

        return true;
    }

    /// <summary>Notes something in the trace.</summary>
    public void Note(string who, string what) => trace.Add(Step, Now, who, what);

    private void Run(in Work work)
    {
        Step++;
        trace.Add(Step, Now, work.Owner.Name, work.What);
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(work.Owner);
        try
        {
            work.Do(work.State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private void TakeDue()
    {
        while (_later.TryPeek(out var later, out var when) && when.Due <= Now)
        {
            _later.Dequeue();
            if (later.Owner.IsAlive && (later.Timer is null || later.Timer.Take(later.Setting)))
            {
                _runnable.Add(new Work(later.Owner, later.What, later.Do, later.State));
            }
        }
    }

    private void Add(in Later later, long due)
    {
        if (later.Owner.IsAlive)
        {
            _later.Enqueue(later, (due, _order++));
        }
    }

    private readonly record struct Work(SimContext Owner, string What, SendOrPostCallback Do, object? State);

    private readonly record struct Later(SimContext Owner, string What, SendOrPostCallback Do, object? State, SimTimer? Timer, int Setting);

    private sealed class SimTimer(Scheduler scheduler, SimContext owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        // A timer that was set anew leaves what it was set for before in the queue, where it no longer counts.
        private int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _setting++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Set(dueTime);
            }

            return true;
        }

        public bool Take(int setting)
        {
            if (setting != _setting)
            {
                return false;
            }

            if (_period > TimeSpan.Zero)
            {
                Set(_period);
            }

            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime) =>
            scheduler.Add(new Later(owner, "timer", Ring, this, this, _setting), scheduler.Now + dueTime.Ticks);

        private static void Ring(object? timer)
        {
            var it = (SimTimer)timer!;
            it.Ring();
        }

        private void Ring() => callback(state);
    }
}
