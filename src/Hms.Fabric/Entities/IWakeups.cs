using Hms.Domain.Entities;

namespace Hms.Fabric.Entities;

/// <summary>Wakes entities at their time; each engine has its own.</summary>
public interface IWakeups
{
    /// <summary>Asks to wake an entity at a time. An earlier wake-up that was asked for stands; a later one may be dropped.</summary>
    void Schedule(EntityKey key, DateTimeOffset at);
}
