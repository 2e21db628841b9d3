namespace Hms.Fabric.Entities;

/// <summary>An entity of which there are many, so that it is in memory only while it is used.</summary>
public interface IResident : IWakeable
{
    /// <summary>Its name among those of its kind.</summary>
    string Name { get; }

    /// <summary>Whether there is such an entity, as far as is known in memory: asking for a wrong name makes one too.</summary>
    bool IsKnown { get; }

    /// <summary>Drops what need not be in memory; true where nothing is left, and nobody waits.</summary>
    bool TryPassivate();
}

/// <summary>What is woken at its time.</summary>
public interface IWakeable
{
    /// <summary>Says that something may be due. It does not fail: what cannot be done now is tried again.</summary>
    Task WakeAsync();
}
