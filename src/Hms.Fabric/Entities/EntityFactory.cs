namespace Hms.Fabric.Entities;

/// <summary>Makes the objects of entities, each with what its engine provides and the limits of its kind.</summary>
/// <param name="everywhere">Finds the entities that they speak to.</param>
/// <param name="services">What the engine provides.</param>
/// <param name="options">How the fabric behaves.</param>
/// <param name="metrics">What is counted.</param>
public sealed class EntityFactory(IEntities everywhere, EntityServices services, FabricOptions options, FabricMetrics metrics)
{
    /// <summary>One supervisor's mailbox.</summary>
    public MailboxEntity Mailbox(string supervisor) => new(supervisor, services, options.Mailboxes, metrics);

    /// <summary>One topic.</summary>
    public TopicEntity Topic(string name) => new(name, everywhere, services, options.Topics);

    /// <summary>What waits for the end of one supervisor's session.</summary>
    public SessionEntity Session(string supervisor) => new(supervisor, services);

    /// <summary>One lock.</summary>
    public LockEntity Lock(string name) => new(name, everywhere, services, options.Locks);

    /// <summary>One barrier.</summary>
    public BarrierEntity Barrier(string id) => new(id, everywhere, services, options.Barriers);

    /// <summary>One task.</summary>
    public TaskEntity Task(string id) => new(id, everywhere, services, options.Tasks);

    /// <summary>One part of the directory.</summary>
    public DirectoryEntity Directory(string partition) => new(partition, services, options.Directory);

    /// <summary>One part of the list of tasks.</summary>
    public TaskIndexEntity TaskIndex(string partition) => new(partition, services, options.Tasks);

    /// <summary>One part of what is known of idempotency keys.</summary>
    public KeysEntity Keys(string partition) => new(partition, services, options.Tasks.Common);

    /// <summary>Which topics there are.</summary>
    public TopicRegistryEntity TopicRegistry() => new(services, options.Topics);

    /// <summary>The custom message types.</summary>
    public CatalogueEntity Catalogue() => new(services, options.Catalogue);
}
