namespace Hms.Grains;

/// <summary>One topic from another silo, or from this one.</summary>
internal sealed class TopicProxy(string topic, ITopicGrain grain, Funnels<EnqueueRequest, EnqueueOutcome> funnels) : ITopicPort
{
    public async ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default)
    {
        var outcome = (await funnels.SendAsync(topic, [request], cancellationToken))[0];
        return outcome.Fault is { } fault ? throw new FaultException(fault) : outcome.Result;
    }

    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default) =>
        funnels.SendAsync(topic, requests, cancellationToken);

    public ValueTask<TopicRecord> DescribeAsync(CancellationToken cancellationToken = default) => grain.DescribeAsync(cancellationToken);

    public ValueTask<Page<Subscription>> SubscribersAsync(string after, int limit, CancellationToken cancellationToken = default) =>
        grain.SubscribersAsync(after, limit, cancellationToken);

    public ValueTask<Page<TopicMessage>> ReadAsync(long from, int limit, CancellationToken cancellationToken = default) =>
        grain.ReadAsync(from, limit, cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        grain.AcceptAsync(delivery, cancellationToken);
}
