using Hms.Domain.Entities;

namespace Hms.Simulation.Breaks;

/// <summary>
/// What is broken on purpose, so that it can be seen that the simulation notices. All of it is in the simulated parts and around the
/// fabric; the fabric itself has no switch for it.
/// </summary>
internal abstract class Breakage
{
    /// <summary>Nothing is broken.</summary>
    public static Breakage None { get; } = new Nothing();

    /// <summary>Whether the store compares the version before it writes.</summary>
    public virtual bool ChecksVersion => true;

    /// <summary>Whether what the store calls durable is.</summary>
    public virtual bool Flushes => true;

    /// <summary>Whether the store writes such a row.</summary>
    public virtual bool Writes(EntityKey entity, RowKey row) => true;

    /// <summary>What becomes of something that is handed to an entity.</summary>
    public virtual object? Pass(object? argument) => argument;

    private sealed class Nothing : Breakage;
}
