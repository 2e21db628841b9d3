using Hms.Abstractions;
using Hms.Fabric.Entities;

namespace Hms.Standalone;

/// <summary>A topic by its name; finds the object anew for each call, as <see cref="MailboxHandle"/> does.</summary>
internal sealed class TopicHandle(Residents<TopicEntity> topics, string name) : ITopicPort
{
    public ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default) =>
        topics.Find(name).EnqueueAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default) =>
        topics.Find(name).EnqueueManyAsync(requests, cancellationToken);

    public ValueTask<TopicRecord> DescribeAsync(CancellationToken cancellationToken = default) =>
        topics.Find(name).DescribeAsync(cancellationToken);

    public ValueTask<Page<Subscription>> SubscribersAsync(string after, int limit, CancellationToken cancellationToken = default) =>
        topics.Find(name).SubscribersAsync(after, limit, cancellationToken);

    public ValueTask<Page<TopicMessage>> ReadAsync(long from, int limit, CancellationToken cancellationToken = default) =>
        topics.Find(name).ReadAsync(from, limit, cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        topics.Find(name).AcceptAsync(delivery, cancellationToken);
}
