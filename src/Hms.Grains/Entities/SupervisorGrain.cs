using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>One supervisor's mailbox as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.supervisor")]
internal sealed class SupervisorGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<MailboxEntity>(context, silo, EntityKind.Mailbox, silo.Make.Mailbox), ISupervisorGrain
{
    public ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default) =>
        Entity.EnqueueAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default)
    {
        Silo.Deaths.ThrowIfAskedBefore();
        return Entity.EnqueueManyAsync(requests, cancellationToken);
    }

    /// <summary>As <see cref="EnqueueManyAsync"/>, for a caller on this silo, on whatever thread: what is decided here needs no grain around it.</summary>
    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueHereAsync(IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken) =>
        Entity.EnqueueManyAsync(requests, cancellationToken);

    public ValueTask<bool> SubscribeAsync(string topic, long? from, CancellationToken cancellationToken = default) =>
        Entity.SubscribeAsync(topic, from, cancellationToken);

    public ValueTask UnsubscribeAsync(string topic, CancellationToken cancellationToken = default) =>
        Entity.UnsubscribeAsync(topic, cancellationToken);

    public ValueTask<long> HearAsync(TopicFeed feed, bool durable, CancellationToken cancellationToken = default) =>
        Entity.HearAsync(feed, durable, cancellationToken);

    public ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
        long after, int max, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        Silo.Deaths.ThrowIfAskedBefore();
        return Entity.RedeliverAsync(after, max, lease, cancellationToken);
    }

    public ValueTask<IReadOnlyList<string>> AwaitSettledAsync(
        IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken = default) =>
        Entity.AwaitSettledAsync(receipts, wait, cancellationToken);

    public ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default)
    {
        Silo.Deaths.ThrowIfAskedBefore();
        return Entity.ReceiveAsync(request, cancellationToken);
    }

    public ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default) =>
        Entity.AckAsync(receipts, cancellationToken);

    public ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken = default) =>
        Entity.NackAsync(request, cancellationToken);

    public ValueTask<AckResult> ExtendAsync(
        IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken = default) =>
        Entity.ExtendAsync(receipts, lease, cancellationToken);

    public ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default) =>
        Entity.ReturnAsync(receipts, cancellationToken);

    public ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default) =>
        Entity.DeadLettersAsync(after, limit, cancellationToken);

    public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default) =>
        Entity.RedriveAsync(sequences, cancellationToken);

    public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default) =>
        Entity.PurgeDeadLettersAsync(cancellationToken);

    public ValueTask<Delivery?> AwaitReplyAsync(ReplyTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default) =>
        Entity.AwaitReplyAsync(ticket, wait, cancellationToken);

    public ValueTask ForgetReplyAsync(ReplyTicket ticket, CancellationToken cancellationToken = default) =>
        Entity.ForgetReplyAsync(ticket, cancellationToken);

    public ValueTask<MailboxCounts> CountAsync(CancellationToken cancellationToken = default) =>
        Entity.CountAsync(cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        Entity.AcceptAsync(delivery, cancellationToken);
}
