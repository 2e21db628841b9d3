using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>Which topics there are, as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.topicregistry")]
internal sealed class TopicRegistryGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<TopicRegistryEntity>(context, silo, EntityKind.TopicRegistry, _ => silo.Make.TopicRegistry()), ITopicRegistryGrain
{
    public ValueTask OpenAsync(string topic, CancellationToken cancellationToken = default) =>
        Entity.OpenAsync(topic, cancellationToken);

    public ValueTask<Page<string>> ListAsync(string after, int limit, CancellationToken cancellationToken = default) =>
        Entity.ListAsync(after, limit, cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        Entity.AcceptAsync(delivery, cancellationToken);
}
