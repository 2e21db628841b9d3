using Hms.Domain.Entities;

namespace Hms.Fabric.Entities;

/// <summary>One queue of wake-ups for all entities, and one timer for the first of them.</summary>
public sealed class WakeupTimer : IWakeups, IDisposable
{
    // A timer is never set for longer than this: what it is set for is looked at again.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private const int Slack = 1024;

    private readonly FabricClock _clock;
    private readonly PriorityQueue<EntityKey, DateTimeOffset> _queue = new();
    private readonly Dictionary<EntityKey, DateTimeOffset> _wanted = [];
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private DateTimeOffset _setFor = DateTimeOffset.MaxValue;

    /// <summary>An empty queue.</summary>
    /// <param name="clock">The time, and its timers.</param>
    public WakeupTimer(FabricClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _timer = clock.Time.CreateTimer(_ => WakeDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Raised for an entity that is due.</summary>
    public event Action<EntityKey>? Due;

    /// <summary>How many wake-ups it keeps, those that no longer count included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Schedule(EntityKey key, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_wanted.TryGetValue(key, out var wanted) && wanted <= at)
            {
                return;
            }

            _wanted[key] = at;
            _queue.Enqueue(key, at);
            Compact();
            Set(at);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void WakeDue()
    {
        var due = new List<EntityKey>();
        lock (_gate)
        {
            _setFor = DateTimeOffset.MaxValue;
            var now = _clock.Now;
            while (_queue.TryPeek(out var key, out var at))
            {
                // An entity that asked for an earlier time stands here twice; only the time wanted counts.
                if (!_wanted.TryGetValue(key, out var wanted) || wanted != at)
                {
                    _queue.Dequeue();
                    continue;
                }

                if (at > now)
                {
                    Set(at);
                    break;
                }

                _queue.Dequeue();
                _wanted.Remove(key);
                due.Add(key);
            }
        }

        foreach (var key in due)
        {
            Due?.Invoke(key);
        }
    }

    /// <summary>One who wants to be woken far off, and now and then sooner, would otherwise stand here once for each time.</summary>
    private void Compact()
    {
        if (_queue.Count > (2 * _wanted.Count) + Slack)
        {
            _queue.Clear();
            _queue.EnqueueRange(_wanted.Select(wanted => (wanted.Key, wanted.Value)));
        }
    }

    private void Set(DateTimeOffset at)
    {
        if (at >= _setFor)
        {
            return;
        }

        _setFor = at;
        var sleep = at - _clock.Now;
        _timer.Change(sleep < TimeSpan.Zero ? TimeSpan.Zero : sleep < LongestSleep ? sleep : LongestSleep, Timeout.InfiniteTimeSpan);
    }
}
