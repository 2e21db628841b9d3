using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Microsoft.Extensions.Logging;

namespace Hms.Fabric.Entities;

/// <summary>What every entity's host needs from the engine around it.</summary>
/// <param name="Store">Where rows live.</param>
/// <param name="Bodies">Bodies in memory.</param>
/// <param name="Clock">The time.</param>
/// <param name="Wakeups">Who wakes entities.</param>
/// <param name="Outbox">Who carries out what entities say to each other.</param>
/// <param name="Logger">Where failures are written down.</param>
public sealed record EntityServices(
    IEntityStore Store,
    BodyCache Bodies,
    FabricClock Clock,
    IWakeups Wakeups,
    IOutboxCarrier Outbox,
    ILogger Logger)
{
    /// <summary>Told of an entity that another process has changed, so that this one is not where it lives any more. Default nobody.</summary>
    public Action<EntityKey> Overtaken { get; init; } = static _ => { };

    /// <summary>Where work goes that nobody waits for. Default the thread pool.</summary>
    public IBackground Background { get; init; } = PoolBackground.Instance;

    /// <summary>Makes an id that nothing else has, in any process; half of its bits are random. Default UUID version 7 (RFC 9562).</summary>
    public Func<Guid> NewId { get; init; } = Guid.CreateVersion7;
}

/// <summary>Carries outbox messages to the entities that they are for.</summary>
public interface IOutboxCarrier
{
    /// <summary>
    /// Carries messages of one sender, to each recipient in order; returns when each has had its effect or can have none (its recipient is gone),
    /// or could not be told.
    /// </summary>
    /// <returns>The numbers of those that must be tried again: repeating what did have its effect does no harm.</returns>
    ValueTask<IReadOnlyCollection<long>> CarryAsync(string sender, IReadOnlyList<OutboxEntry> messages, CancellationToken cancellationToken);
}
