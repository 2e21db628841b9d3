using Hms.Abstractions;
using Hms.Fabric.Entities;

namespace Hms.Fabric.Tests.Doubles;

/// <summary>Entities of which a test has none but those that it overrides.</summary>
public abstract class NoEntities : IEntities
{
    public virtual ITopicRegistryPort TopicRegistry => throw new NotSupportedException();

    public virtual ICataloguePort Catalogue => throw new NotSupportedException();

    public virtual IMailboxPort Mailbox(string supervisor) => throw new NotSupportedException();

    public virtual IDirectoryPort Directory(int partition) => throw new NotSupportedException();

    public virtual ITopicPort Topic(string name) => throw new NotSupportedException();

    public virtual ISessionPort Session(string supervisor) => throw new NotSupportedException();

    public virtual ILockPort Lock(string name) => throw new NotSupportedException();

    public virtual IBarrierPort Barrier(string id) => throw new NotSupportedException();

    public virtual ITaskPort Task(string id) => throw new NotSupportedException();

    public virtual ITaskIndexPort TaskIndex(int partition) => throw new NotSupportedException();

    public virtual IKeysPort Keys(int partition) => throw new NotSupportedException();
}
