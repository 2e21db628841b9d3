using System.Collections.Concurrent;
using System.Globalization;
using Hms.Abstractions;
using Hms.Domain.Directory;
using Hms.Domain.Entities;
using Hms.Fabric;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Microsoft.Extensions.Logging;

namespace Hms.Standalone;

/// <summary>The entities of this process, each an object behind its own lock. Mailboxes that nobody asks for leave the memory again.</summary>
internal sealed class EntityTable : IEntities, IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    // Whoever asks for a supervisor that is not registered makes an object too: it goes soon, so that a flood of wrong names is no leak.
    private static readonly TimeSpan StrangersIdleAfter = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Resident> _mailboxes = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Resident, DateTimeOffset> _lookedAt = new();
    private readonly DirectoryEntity[] _directory;
    private readonly CatalogueEntity _catalogue;
    private readonly EntityServices _services;
    private readonly FabricOptions _options;
    private readonly FabricMetrics _metrics;
    private readonly ITimer _sweeper;

    public EntityTable(
        IEntityStore store, FabricClock clock, TimerQueue timers, FabricOptions options, FabricMetrics metrics, ILogger logger)
    {
        _options = options;
        _metrics = metrics;
        var bodies = new BodyCache(options.BodyCacheBytes);
        _services = new EntityServices(store, bodies, clock, timers, new OutboxCarrier(this, store, bodies), logger);
        _directory = [.. Enumerable.Range(0, DirectoryLimits.Partitions)
            .Select(part => new DirectoryEntity(part.ToString(CultureInfo.InvariantCulture), _services, options.Directory))];
        _catalogue = new CatalogueEntity(_services, options.Catalogue);
        _sweeper = clock.Time.CreateTimer(_ => Sweep(), null, SweepPeriod, SweepPeriod);
        timers.Due += key => _ = WakeAsync(key);
    }

    public ICataloguePort Catalogue => _catalogue;

    /// <summary>How many mailboxes are in memory.</summary>
    public int Mailboxes => _mailboxes.Count;

    public IMailboxPort Mailbox(string supervisor) => new MailboxHandle(this, supervisor);

    public IDirectoryPort Directory(int partition) => _directory[partition];

    public void Dispose() => _sweeper.Dispose();

    /// <summary>The mailbox object of that name. To be used at once: it is kept for a while only.</summary>
    public MailboxEntity Find(string supervisor)
    {
        while (true)
        {
            var now = _services.Clock.Now;
            if (!_mailboxes.TryGetValue(supervisor, out var resident))
            {
                var made = new Resident(new MailboxEntity(supervisor, _services, _options.Mailboxes, _metrics));
                resident = _mailboxes.GetOrAdd(supervisor, made);
                if (resident == made)
                {
                    LookAtLater(resident, now + StrangersIdleAfter);
                }
            }

            if (resident.TryUse(now))
            {
                return resident.Mailbox;
            }
        }
    }

    private Task WakeAsync(EntityKey key) => key.Kind switch
    {
        EntityKind.Mailbox => Find(key.Name).WakeAsync(),
        EntityKind.Directory => _directory[int.Parse(key.Name, CultureInfo.InvariantCulture)].WakeAsync(),
        EntityKind.Catalogue => _catalogue.WakeAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no such entity"),
    };

    private void Sweep()
    {
        var now = _services.Clock.Now;
        while (TakeDue(now, out var resident))
        {
            var idleAfter = resident.Mailbox.IsOpen ? _options.IdleAfter : StrangersIdleAfter;
            if (resident.TryLeave(now, idleAfter, out var lookAgainAt))
            {
                _mailboxes.TryRemove(new KeyValuePair<string, Resident>(resident.Mailbox.Supervisor, resident));
            }
            else
            {
                LookAtLater(resident, lookAgainAt);
            }
        }
    }

    private bool TakeDue(DateTimeOffset now, out Resident resident)
    {
        lock (_lookedAt)
        {
            if (_lookedAt.TryPeek(out resident!, out var at) && at <= now)
            {
                _lookedAt.Dequeue();
                return true;
            }

            return false;
        }
    }

    private void LookAtLater(Resident resident, DateTimeOffset at)
    {
        lock (_lookedAt)
        {
            _lookedAt.Enqueue(resident, at);
        }
    }
}
