using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>One barrier as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.barrier")]
internal sealed class BarrierGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<BarrierEntity>(context, silo, EntityKind.Barrier, silo.Make.Barrier), IBarrierGrain
{
    public ValueTask<(Moved Moved, BarrierRecord? Record, bool Created)> CreateAsync(
        BarrierCall call, string? idempotencyKey, EnqueueRequest? message, CancellationToken cancellationToken = default) =>
        Entity.CreateAsync(call, idempotencyKey, message, cancellationToken);

    public ValueTask<BarrierRecord> ArriveAsync(
        string participant, bool ready, long? generation, CancellationToken cancellationToken = default) =>
        Entity.ArriveAsync(participant, ready, generation, cancellationToken);

    public ValueTask<Moved> RespondAsync(
        bool ready, long? generation, string sentTo, EnqueueRequest message, CancellationToken cancellationToken = default) =>
        Entity.RespondAsync(ready, generation, sentTo, message, cancellationToken);

    public ValueTask<BarrierRecord> DescribeAsync(TimeSpan wait, CancellationToken cancellationToken = default) =>
        Entity.DescribeAsync(wait, cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        Entity.AcceptAsync(delivery, cancellationToken);
}
