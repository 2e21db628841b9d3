using Hms.Domain.Entities;
using Hms.Fabric;

namespace Hms.Grains;

/// <summary>A grain of an entity in this silo's memory.</summary>
internal interface ILocalGrain
{
    /// <summary>Which entity.</summary>
    EntityKey Key { get; }

    /// <summary>When somebody last asked for it.</summary>
    DateTimeOffset LastUsed { get; }

    /// <summary>Whether there is such an entity, as far as is known in memory: asking for a wrong name makes a grain too.</summary>
    bool IsKnown { get; }

    /// <summary>Drops what need not be in memory; true where nothing is left, and nobody waits.</summary>
    bool TryPassivate();

    /// <summary>Leaves this silo, once those who are in it have been answered.</summary>
    void Leave(string why);
}

/// <summary>The entities' grains in this silo's memory; those that nobody asks for leave it again, and so do those that another silo has overtaken.</summary>
internal sealed class LocalGrains : IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    // Whoever asks for a name that is not there makes a grain too: it goes soon, so that a flood of wrong names is no leak.
    private static readonly TimeSpan StrangersIdleAfter = TimeSpan.FromSeconds(2);

    private readonly FabricClock _clock;
    private readonly TimeSpan _idleAfter;
    private readonly Lock _gate = new();
    private readonly Dictionary<EntityKey, ILocalGrain> _byKey = [];
    private readonly PriorityQueue<ILocalGrain, DateTimeOffset> _lookedAt = new();
    private readonly ITimer _sweeper;

    public LocalGrains(FabricClock clock, TimeSpan idleAfter)
    {
        _clock = clock;
        _idleAfter = idleAfter;
        _sweeper = clock.Time.CreateTimer(_ => Sweep(), null, SweepPeriod, SweepPeriod);
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byKey.Count;
            }
        }
    }

    public void Add(ILocalGrain grain)
    {
        lock (_gate)
        {
            _byKey[grain.Key] = grain;
            _lookedAt.Enqueue(grain, _clock.Now + StrangersIdleAfter);
        }
    }

    public void Remove(ILocalGrain grain)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(grain.Key, out var there) && there == grain)
            {
                _byKey.Remove(grain.Key);
            }
        }
    }

    /// <summary>Whether an entity is in this silo's memory.</summary>
    public bool Holds(EntityKey key)
    {
        lock (_gate)
        {
            return _byKey.ContainsKey(key);
        }
    }

    /// <summary>The grain of an entity, if that is in this silo's memory.</summary>
    public TGrain? Find<TGrain>(EntityKey key)
        where TGrain : class, ILocalGrain
    {
        lock (_gate)
        {
            return _byKey.GetValueOrDefault(key) as TGrain;
        }
    }

    /// <summary>Another silo has changed the entity: that is where it lives, or where it will be read anew.</summary>
    public void Overtaken(EntityKey key)
    {
        ILocalGrain? grain;
        lock (_gate)
        {
            _byKey.TryGetValue(key, out grain);
        }

        grain?.Leave("another silo has changed the entity");
    }

    public void Dispose() => _sweeper.Dispose();

    private void Sweep()
    {
        var now = _clock.Now;
        while (TakeDue(now, out var grain))
        {
            var patience = grain.IsKnown ? _idleAfter : StrangersIdleAfter;
            var idleFrom = grain.LastUsed + patience;
            if (idleFrom <= now && grain.TryPassivate())
            {
                // A call that comes at this moment is answered here still: what it needs is read anew. Nobody finds it here any more.
                Remove(grain);
                grain.Leave("nobody has asked for it");
                continue;
            }

            lock (_gate)
            {
                _lookedAt.Enqueue(grain, idleFrom > now ? idleFrom : now + patience);
            }
        }
    }

    private bool TakeDue(DateTimeOffset now, out ILocalGrain grain)
    {
        lock (_gate)
        {
            while (_lookedAt.TryPeek(out grain!, out var at) && at <= now)
            {
                _lookedAt.Dequeue();
                if (_byKey.TryGetValue(grain.Key, out var there) && there == grain)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
