using Hms.Abstractions;

namespace Hms.Fabric.Entities;

/// <summary>Finds entities by name, wherever they are: in this process, or as grains in a cluster.</summary>
public interface IEntities
{
    /// <summary>One supervisor's mailbox.</summary>
    IMailboxPort Mailbox(string supervisor);

    /// <summary>One part of the directory.</summary>
    IDirectoryPort Directory(int partition);

    /// <summary>One topic; <c>*</c> is the one that everybody hears.</summary>
    ITopicPort Topic(string name);

    /// <summary>Which topics there are.</summary>
    ITopicRegistryPort TopicRegistry { get; }

    /// <summary>The custom message types.</summary>
    ICataloguePort Catalogue { get; }

    /// <summary>What waits for the end of one supervisor's session.</summary>
    ISessionPort Session(string supervisor);

    /// <summary>One lock.</summary>
    ILockPort Lock(string name);

    /// <summary>One barrier.</summary>
    IBarrierPort Barrier(string id);

    /// <summary>One task.</summary>
    ITaskPort Task(string id);

    /// <summary>One part of the list of tasks.</summary>
    ITaskIndexPort TaskIndex(int partition);

    /// <summary>One part of what is known of idempotency keys.</summary>
    IKeysPort Keys(int partition);
}
