using Hms.Abstractions;
using Hms.Fabric.Entities;

namespace Hms.Standalone;

/// <summary>
/// A mailbox by its name. Finds the object anew for each call: whoever holds this may do so for days, and the object it would
/// otherwise hold leaves the memory in between.
/// </summary>
internal sealed class MailboxHandle(Residents<MailboxEntity> mailboxes, string supervisor) : IMailboxPort
{
    public ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.EnqueueAsync(request, cancellationToken);
    }

    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.EnqueueManyAsync(requests, cancellationToken);
    }

    public ValueTask<bool> SubscribeAsync(string topic, long? from, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.SubscribeAsync(topic, from, cancellationToken);
    }

    public ValueTask UnsubscribeAsync(string topic, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.UnsubscribeAsync(topic, cancellationToken);
    }

    public ValueTask<long> HearAsync(TopicFeed feed, bool durable, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.HearAsync(feed, durable, cancellationToken);
    }

    public ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
        long after, int max, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.RedeliverAsync(after, max, lease, cancellationToken);
    }

    public ValueTask<IReadOnlyList<string>> AwaitSettledAsync(
        IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.AwaitSettledAsync(receipts, wait, cancellationToken);
    }

    public ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.ReceiveAsync(request, cancellationToken);
    }

    public ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.AckAsync(receipts, cancellationToken);
    }

    public ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.NackAsync(request, cancellationToken);
    }

    public ValueTask<AckResult> ExtendAsync(
        IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.ExtendAsync(receipts, lease, cancellationToken);
    }

    public ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.ReturnAsync(receipts, cancellationToken);
    }

    public ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.DeadLettersAsync(after, limit, cancellationToken);
    }

    public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.RedriveAsync(sequences, cancellationToken);
    }

    public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.PurgeDeadLettersAsync(cancellationToken);
    }

    public ValueTask<Delivery?> AwaitReplyAsync(ReplyTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.AwaitReplyAsync(ticket, wait, cancellationToken);
    }

    public ValueTask ForgetReplyAsync(ReplyTicket ticket, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.ForgetReplyAsync(ticket, cancellationToken);
    }

    public ValueTask<MailboxCounts> CountAsync(CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.CountAsync(cancellationToken);
    }

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        using var use = mailboxes.Use(supervisor);
        return use.Entity.AcceptAsync(delivery, cancellationToken);
    }
}
