using System.Globalization;
using Hms.Domain.Entities;
using Hms.Fabric;
using Hms.Fabric.Entities;
using Hms.Standalone;

namespace Hms.Simulation.World;

/// <summary>The entities that are in one process's memory: the real ones, made when somebody asks, gone when nobody does for a while.</summary>
internal sealed class NodeEntities
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    private readonly Residents<MailboxEntity> _mailboxes;
    private readonly Residents<TopicEntity> _topics;
    private readonly TopicRegistryEntity _topicRegistry;
    private readonly DirectoryEntity[] _directory;
    private readonly CatalogueEntity _catalogue;
    private readonly Residents<SessionEntity> _sessions;
    private readonly Residents<LockEntity> _locks;
    private readonly Residents<BarrierEntity> _barriers;
    private readonly Residents<TaskEntity> _tasks;
    private readonly TaskIndexEntity[] _taskIndex;
    private readonly KeysEntity[] _keys;

    public NodeEntities(IEntities everywhere, EntityServices services, FabricOptions options, FabricMetrics metrics)
    {
        var make = new EntityFactory(everywhere, services, options, metrics);
        _mailboxes = new(services.Clock, options.IdleAfter, make.Mailbox);
        _topics = new(services.Clock, options.IdleAfter, make.Topic);
        _sessions = new(services.Clock, options.IdleAfter, make.Session);
        _locks = new(services.Clock, options.IdleAfter, make.Lock);
        _barriers = new(services.Clock, options.IdleAfter, make.Barrier);
        _tasks = new(services.Clock, options.IdleAfter, make.Task);
        _directory = [.. Partition.All.Select(make.Directory)];
        _taskIndex = [.. Partition.All.Select(make.TaskIndex)];
        _keys = [.. Partition.All.Select(make.Keys)];
        _topicRegistry = make.TopicRegistry();
        _catalogue = make.Catalogue();
        services.Clock.Time.CreateTimer(_ => Sweep(), null, SweepPeriod, SweepPeriod);
    }

    /// <summary>The entity, or a handle to it.</summary>
    public object Find(EntityKey key) => key.Kind switch
    {
        EntityKind.Mailbox => new MailboxHandle(_mailboxes, key.Name),
        EntityKind.Topic => new TopicHandle(_topics, key.Name),
        EntityKind.TopicRegistry => _topicRegistry,
        EntityKind.Directory => _directory[NumberOf(key)],
        EntityKind.Session => new SessionHandle(_sessions, key.Name),
        EntityKind.Lock => new LockHandle(_locks, key.Name),
        EntityKind.Barrier => new BarrierHandle(_barriers, key.Name),
        EntityKind.Task => new TaskHandle(_tasks, key.Name),
        EntityKind.TaskIndex => _taskIndex[NumberOf(key)],
        EntityKind.Keys => _keys[NumberOf(key)],
        EntityKind.Catalogue => _catalogue,
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no such entity"),
    };

    public Task WakeAsync(EntityKey key) => key.Kind switch
    {
        EntityKind.Mailbox => _mailboxes.WakeAsync(key.Name),
        EntityKind.Topic => _topics.WakeAsync(key.Name),
        EntityKind.TopicRegistry => _topicRegistry.WakeAsync(),
        EntityKind.Directory => _directory[NumberOf(key)].WakeAsync(),
        EntityKind.Session => _sessions.WakeAsync(key.Name),
        EntityKind.Lock => _locks.WakeAsync(key.Name),
        EntityKind.Barrier => _barriers.WakeAsync(key.Name),
        EntityKind.Task => _tasks.WakeAsync(key.Name),
        EntityKind.TaskIndex => _taskIndex[NumberOf(key)].WakeAsync(),
        EntityKind.Keys => _keys[NumberOf(key)].WakeAsync(),
        EntityKind.Catalogue => _catalogue.WakeAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no such entity"),
    };

    private static int NumberOf(EntityKey part) => int.Parse(part.Name, CultureInfo.InvariantCulture);

    private void Sweep()
    {
        _mailboxes.Sweep();
        _topics.Sweep();
        _sessions.Sweep();
        _locks.Sweep();
        _barriers.Sweep();
        _tasks.Sweep();
    }
}
