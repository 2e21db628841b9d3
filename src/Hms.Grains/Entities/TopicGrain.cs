using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>One topic as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.topic")]
internal sealed class TopicGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<TopicEntity>(context, silo, EntityKind.Topic, silo.Make.Topic), ITopicGrain
{
    public ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default) =>
        Entity.EnqueueAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default) =>
        Entity.EnqueueManyAsync(requests, cancellationToken);

    public ValueTask<TopicRecord> DescribeAsync(CancellationToken cancellationToken = default) =>
        Entity.DescribeAsync(cancellationToken);

    public ValueTask<Page<Subscription>> SubscribersAsync(string after, int limit, CancellationToken cancellationToken = default) =>
        Entity.SubscribersAsync(after, limit, cancellationToken);

    public ValueTask<Page<TopicMessage>> ReadAsync(long from, int limit, CancellationToken cancellationToken = default) =>
        Entity.ReadAsync(from, limit, cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        Entity.AcceptAsync(delivery, cancellationToken);
}
