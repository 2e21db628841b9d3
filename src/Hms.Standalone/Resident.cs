using Hms.Fabric.Entities;

namespace Hms.Standalone;

/// <summary>
/// An entity in memory, and since when nobody has asked for it. Asking and leaving exclude each other, so that nobody is handed an
/// object that another is about to take its place.
/// </summary>
internal sealed class Resident<TEntity>(TEntity entity)
    where TEntity : class, IResident
{
    private readonly Lock _gate = new();
    private DateTimeOffset _lastUsed;
    private int _uses;
    private bool _left;

    public TEntity Entity => entity;

    /// <summary>Notes that it is asked for, until <see cref="EndUse"/>; false where it has left.</summary>
    public bool TryUse(DateTimeOffset now)
    {
        lock (_gate)
        {
            _lastUsed = now;
            _uses += _left ? 0 : 1;
            return !_left;
        }
    }

    /// <summary>Whoever asked for it has got to the entity's own lock; who waits there is known to it.</summary>
    public void EndUse()
    {
        lock (_gate)
        {
            _uses--;
        }
    }

    /// <summary>Leaves the memory where nobody has asked for it for a while, and nothing is under way in it.</summary>
    public bool TryLeave(DateTimeOffset now, TimeSpan idleAfter, out DateTimeOffset lookAgainAt)
    {
        lock (_gate)
        {
            var idleFrom = _lastUsed + idleAfter;
            lookAgainAt = idleFrom > now ? idleFrom : now + idleAfter;
            return _left = idleFrom <= now && _uses == 0 && entity.TryPassivate();
        }
    }
}

/// <summary>A use of an entity in memory, which does not leave before it ends.</summary>
internal readonly struct Use<TEntity>(Resident<TEntity> resident) : IDisposable
    where TEntity : class, IResident
{
    public TEntity Entity => resident.Entity;

    public void Dispose() => resident.EndUse();
}
