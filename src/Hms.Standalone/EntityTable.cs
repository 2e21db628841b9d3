using System.Globalization;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Microsoft.Extensions.Logging;

namespace Hms.Standalone;

/// <summary>The entities of this process, each an object behind its own lock.</summary>
internal sealed class EntityTable : IEntities, IDisposable
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
    private readonly ITimer _sweeper;

    public EntityTable(
        IEntityStore store, FabricClock clock, WakeupTimer timers, FabricOptions options, FabricMetrics metrics, ILogger logger)
    {
        var bodies = new BodyCache(options.BodyCacheBytes);
        var services = new EntityServices(store, bodies, clock, timers, new OutboxCarrier(this, store, bodies, logger), logger);
        var make = new EntityFactory(this, services, options, metrics);
        _mailboxes = new(clock, options.IdleAfter, make.Mailbox);
        _topics = new(clock, options.IdleAfter, make.Topic);
        _sessions = new(clock, options.IdleAfter, make.Session);
        _locks = new(clock, options.IdleAfter, make.Lock);
        _barriers = new(clock, options.IdleAfter, make.Barrier);
        _tasks = new(clock, options.IdleAfter, make.Task);
        _directory = [.. Partition.All.Select(make.Directory)];
        _taskIndex = [.. Partition.All.Select(make.TaskIndex)];
        _keys = [.. Partition.All.Select(make.Keys)];
        _topicRegistry = make.TopicRegistry();
        _catalogue = make.Catalogue();
        _sweeper = clock.Time.CreateTimer(_ => Sweep(), null, SweepPeriod, SweepPeriod);
        timers.Due += key => _ = WakeAsync(key);
    }

    public ICataloguePort Catalogue => _catalogue;

    public ITopicRegistryPort TopicRegistry => _topicRegistry;

    /// <summary>How many mailboxes are in memory.</summary>
    public int Mailboxes => _mailboxes.Count;

    /// <summary>How many topics are in memory.</summary>
    public int Topics => _topics.Count;

    public IMailboxPort Mailbox(string supervisor) => new MailboxHandle(_mailboxes, supervisor);

    public ITopicPort Topic(string name) => new TopicHandle(_topics, name);

    public IDirectoryPort Directory(int partition) => _directory[partition];

    public ISessionPort Session(string supervisor) => new SessionHandle(_sessions, supervisor);

    public ILockPort Lock(string name) => new LockHandle(_locks, name);

    public IBarrierPort Barrier(string id) => new BarrierHandle(_barriers, id);

    public ITaskPort Task(string id) => new TaskHandle(_tasks, id);

    public ITaskIndexPort TaskIndex(int partition) => _taskIndex[partition];

    public IKeysPort Keys(int partition) => _keys[partition];

    public void Dispose() => _sweeper.Dispose();

    private System.Threading.Tasks.Task WakeAsync(EntityKey key) => key.Kind switch
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
