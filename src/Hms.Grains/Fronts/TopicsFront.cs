using Orleans.Concurrency;

namespace Hms.Grains.Fronts;

/// <summary>The topics for clients of the cluster, on the silo that they are connected to.</summary>
[Reentrant]
[StatelessWorker(1)]
[GrainType("hms.topics-front")]
internal sealed class TopicsFront(SiloEngine silo) : Grain, ITopicsFront
{
    public ValueTask<bool> SubscribeAsync(string topic, string supervisor, SubscriptionStart start, CancellationToken cancellationToken = default) =>
        silo.Fabric.Topics.SubscribeAsync(topic, supervisor, start, cancellationToken);

    public ValueTask UnsubscribeAsync(string topic, string supervisor, CancellationToken cancellationToken = default) =>
        silo.Fabric.Topics.UnsubscribeAsync(topic, supervisor, cancellationToken);

    public ValueTask<Page<TopicRecord>> ListAsync(string after, int limit, CancellationToken cancellationToken = default) =>
        silo.Fabric.Topics.ListAsync(after, limit, cancellationToken);

    public ValueTask<TopicRecord> GetAsync(string topic, CancellationToken cancellationToken = default) =>
        silo.Fabric.Topics.GetAsync(topic, cancellationToken);

    public ValueTask<Page<Subscription>> SubscribersAsync(string topic, string after, int limit, CancellationToken cancellationToken = default) =>
        silo.Fabric.Topics.SubscribersAsync(topic, after, limit, cancellationToken);

    public ValueTask<Page<TopicMessage>> ReadAsync(string topic, long from, int limit, CancellationToken cancellationToken = default) =>
        silo.Fabric.Topics.ReadAsync(topic, from, limit, cancellationToken);
}
