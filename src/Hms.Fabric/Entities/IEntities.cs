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
}
