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

    /// <summary>One topic's log and its subscribers.</summary>
    Topic,

    /// <summary>Which topics there are, and who subscribes by a pattern.</summary>
    TopicRegistry,
}

/// <summary>Which entity.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name among those of its kind.</param>
public readonly record struct EntityKey(EntityKind Kind, string Name)
{
    /// <summary>The one registry of topics.</summary>
    public static EntityKey Topics { get; } = new(EntityKind.TopicRegistry, "topics");

    /// <summary>One supervisor's mailbox.</summary>
    public static EntityKey Mailbox(string supervisor) => new(EntityKind.Mailbox, supervisor);

    /// <summary>One topic.</summary>
    public static EntityKey Topic(string name) => new(EntityKind.Topic, name);

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}/{Name}";
}
