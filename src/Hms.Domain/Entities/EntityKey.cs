namespace Hms.Domain.Entities;

/// <summary>What an entity is. The name of a member is stored: it must never change.</summary>
public enum EntityKind
{
    /// <summary>One supervisor's mailbox.</summary>
    Mailbox,

    /// <summary>A part of the directory of supervisors.</summary>
    Directory,

    /// <summary>The custom message types.</summary>
    Catalogue,
}

/// <summary>Which entity.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name among those of its kind.</param>
public readonly record struct EntityKey(EntityKind Kind, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}/{Name}";
}
