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
    private bool _left;

    public TEntity Entity => entity;

    /// <summary>Notes that it is asked for; false where it has left.</summary>
    public bool TryUse(DateTimeOffset now)
    {
        lock (_gate)
        {
            _lastUsed = now;
            return !_left;
        }
    }

    /// <summary>Leaves the memory where nobody has asked for it for a while, and nothing is under way in it.</summary>
    public bool TryLeave(DateTimeOffset now, TimeSpan idleAfter, out DateTimeOffset lookAgainAt)
    {
        lock (_gate)
        {
            // No call takes as long as that to get from here to the entity's own lock; who waits there is known to it.
            var idleFrom = _lastUsed + idleAfter;
            lookAgainAt = idleFrom > now ? idleFrom : now + idleAfter;
            return _left = idleFrom <= now && entity.TryPassivate();
        }
    }
}
