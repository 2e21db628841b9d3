using System.Globalization;
using Hms.Abstractions;
using Hms.Domain.Directory;
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
    private readonly ITimer _sweeper;

    public EntityTable(
        IEntityStore store, FabricClock clock, TimerQueue timers, FabricOptions options, FabricMetrics metrics, ILogger logger)
    {
        var bodies = new BodyCache(options.BodyCacheBytes);
        var services = new EntityServices(store, bodies, clock, timers, new OutboxCarrier(this, store, bodies), logger);
        _mailboxes = new(clock, options.IdleAfter, name => new MailboxEntity(name, services, options.Mailboxes, metrics));
        _topics = new(clock, options.IdleAfter, name => new TopicEntity(name, this, services, options.Topics));
        _topicRegistry = new TopicRegistryEntity(services, options.Topics);
        _directory = [.. Enumerable.Range(0, DirectoryLimits.Partitions)
            .Select(part => new DirectoryEntity(part.ToString(CultureInfo.InvariantCulture), services, options.Directory))];
        _catalogue = new CatalogueEntity(services, options.Catalogue);
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

    public void Dispose() => _sweeper.Dispose();

    private Task WakeAsync(EntityKey key) => key.Kind switch
    {
        EntityKind.Mailbox => _mailboxes.Find(key.Name).WakeAsync(),
        EntityKind.Topic => _topics.Find(key.Name).WakeAsync(),
        EntityKind.TopicRegistry => _topicRegistry.WakeAsync(),
        EntityKind.Directory => _directory[int.Parse(key.Name, CultureInfo.InvariantCulture)].WakeAsync(),
        EntityKind.Catalogue => _catalogue.WakeAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no such entity"),
    };

    private void Sweep()
    {
        _mailboxes.Sweep();
        _topics.Sweep();
    }
}
