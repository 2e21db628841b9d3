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

    /// <summary>Who is to be told when one supervisor's session ends.</summary>
    Session,

    /// <summary>One lock.</summary>
    Lock,

    /// <summary>One barrier.</summary>
    Barrier,

    /// <summary>One task.</summary>
    Task,

    /// <summary>A part of the list of tasks.</summary>
    TaskIndex,

    /// <summary>A part of what is known of idempotency keys.</summary>
    Keys,
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

    /// <summary>One supervisor's session.</summary>
    public static EntityKey Session(string supervisor) => new(EntityKind.Session, supervisor);

    /// <summary>One lock.</summary>
    public static EntityKey Lock(string name) => new(EntityKind.Lock, name);

    /// <summary>One barrier.</summary>
    public static EntityKey Barrier(string id) => new(EntityKind.Barrier, id);

    /// <summary>One task.</summary>
    public static EntityKey Task(string id) => new(EntityKind.Task, id);

    /// <summary>The part of the list of tasks to which one belongs.</summary>
    public static EntityKey IndexOf(string task) => new(EntityKind.TaskIndex, Partition.Of(task));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static EntityKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return new EntityKey(Enum.Parse<EntityKind>(text.AsSpan(0, slash)), text[(slash + 1)..]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}/{Name}";
}
