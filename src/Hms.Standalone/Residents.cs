using System.Collections.Concurrent;
using Hms.Fabric;
using Hms.Fabric.Entities;

namespace Hms.Standalone;

/// <summary>The entities of one kind that are in memory, by name; those that nobody asks for leave it again.</summary>
/// <param name="clock">The time.</param>
/// <param name="idleAfter">How long one stays that nobody asks for.</param>
/// <param name="make">Makes the object of a name.</param>
internal sealed class Residents<TEntity>(FabricClock clock, TimeSpan idleAfter, Func<string, TEntity> make)
    where TEntity : class, IResident
{
    // Whoever asks for a name that is not there makes an object too: it goes soon, so that a flood of wrong names is no leak.
    private static readonly TimeSpan StrangersIdleAfter = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Resident<TEntity>> _byName = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Resident<TEntity>, DateTimeOffset> _lookedAt = new();

    /// <summary>How many are in memory.</summary>
    public int Count => _byName.Count;

    /// <summary>The object of that name, kept for as long as the use lasts: until the call has got to the entity's own lock.</summary>
    public Use<TEntity> Use(string name)
    {
        while (true)
        {
            var now = clock.Now;
            if (!_byName.TryGetValue(name, out var resident))
            {
                var made = new Resident<TEntity>(make(name));
                resident = _byName.GetOrAdd(name, made);
                if (resident == made)
                {
                    LookAtLater(resident, now + StrangersIdleAfter);
                }
            }

            if (resident.TryUse(now))
            {
                return new Use<TEntity>(resident);
            }
        }
    }

    /// <summary>Says to the object of that name that something may be due.</summary>
    public Task WakeAsync(string name)
    {
        using var use = Use(name);
        return use.Entity.WakeAsync();
    }

    /// <summary>Lets those leave that have been idle for long enough.</summary>
    public void Sweep()
    {
        var now = clock.Now;
        while (TakeDue(now, out var resident))
        {
            var patience = resident.Entity.IsKnown ? idleAfter : StrangersIdleAfter;
            if (resident.TryLeave(now, patience, out var lookAgainAt))
            {
                _byName.TryRemove(new KeyValuePair<string, Resident<TEntity>>(resident.Entity.Name, resident));
            }
            else
            {
                LookAtLater(resident, lookAgainAt);
            }
        }
    }

    private bool TakeDue(DateTimeOffset now, out Resident<TEntity> resident)
    {
        lock (_lookedAt)
        {
            if (_lookedAt.TryPeek(out resident!, out var at) && at <= now)
            {
                _lookedAt.Dequeue();
                return true;
            }

            return false;
        }
    }

    private void LookAtLater(Resident<TEntity> resident, DateTimeOffset at)
    {
        lock (_lookedAt)
        {
            _lookedAt.Enqueue(resident, at);
        }
    }
}
