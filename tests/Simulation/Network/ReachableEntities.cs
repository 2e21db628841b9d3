using System.Globalization;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Hms.Simulation.World;

namespace Hms.Simulation.Network;

/// <summary>All entities as one node reaches them: its own directly, those of others over the network.</summary>
internal sealed class ReachableEntities(SimNetwork network, SimNode node) : IEntities
{
    private readonly Dictionary<EntityKey, object> _ports = [];

    public ITopicRegistryPort TopicRegistry => Port<ITopicRegistryPort>(EntityKey.Topics);

    public ICataloguePort Catalogue => Port<ICataloguePort>(new EntityKey(EntityKind.Catalogue, CatalogueEntity.Name));

    public IMailboxPort Mailbox(string supervisor) => Port<IMailboxPort>(EntityKey.Mailbox(supervisor));

    public ITopicPort Topic(string name) => Port<ITopicPort>(EntityKey.Topic(name));

    public IDirectoryPort Directory(int partition) =>
        Port<IDirectoryPort>(new EntityKey(EntityKind.Directory, NameOf(partition)));

    public ISessionPort Session(string supervisor) => Port<ISessionPort>(EntityKey.Session(supervisor));

    public ILockPort Lock(string name) => Port<ILockPort>(EntityKey.Lock(name));

    public IBarrierPort Barrier(string id) => Port<IBarrierPort>(EntityKey.Barrier(id));

    public ITaskPort Task(string id) => Port<ITaskPort>(EntityKey.Task(id));

    public ITaskIndexPort TaskIndex(int partition) => Port<ITaskIndexPort>(new EntityKey(EntityKind.TaskIndex, NameOf(partition)));

    public IKeysPort Keys(int partition) => Port<IKeysPort>(new EntityKey(EntityKind.Keys, NameOf(partition)));

    private static string NameOf(int partition) => partition.ToString(CultureInfo.InvariantCulture);

    private TPort Port<TPort>(EntityKey key)
        where TPort : class
    {
        if (!_ports.TryGetValue(key, out var port))
        {
            _ports.Add(key, port = EntityPort.Create<TPort>(network, node, key));
        }

        return (TPort)port;
    }
}
