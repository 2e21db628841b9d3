using Hms.Abstractions;
using Hms.Fabric.Entities;

namespace Hms.Standalone;

/// <summary>A topic by its name; finds the object anew for each call, as <see cref="MailboxHandle"/> does.</summary>
internal sealed class TopicHandle(Residents<TopicEntity> topics, string name) : ITopicPort
{
    public ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default)
    {
        using var use = topics.Use(name);
        return use.Entity.EnqueueAsync(request, cancellationToken);
    }

    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default)
    {
        using var use = topics.Use(name);
        return use.Entity.EnqueueManyAsync(requests, cancellationToken);
    }

    public ValueTask<TopicRecord> DescribeAsync(CancellationToken cancellationToken = default)
    {
        using var use = topics.Use(name);
        return use.Entity.DescribeAsync(cancellationToken);
    }

    public ValueTask<Page<Subscription>> SubscribersAsync(string after, int limit, CancellationToken cancellationToken = default)
    {
        using var use = topics.Use(name);
        return use.Entity.SubscribersAsync(after, limit, cancellationToken);
    }

    public ValueTask<Page<TopicMessage>> ReadAsync(long from, int limit, CancellationToken cancellationToken = default)
    {
        using var use = topics.Use(name);
        return use.Entity.ReadAsync(from, limit, cancellationToken);
    }

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        using var use = topics.Use(name);
        return use.Entity.AcceptAsync(delivery, cancellationToken);
    }
}
