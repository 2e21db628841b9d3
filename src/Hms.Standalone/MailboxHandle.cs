using Hms.Abstractions;

namespace Hms.Standalone;

/// <summary>
/// A mailbox by its name. Finds the object anew for each call: whoever holds this may do so for days, and the object it would
/// otherwise hold leaves the memory in between.
/// </summary>
internal sealed class MailboxHandle(EntityTable entities, string supervisor) : IMailboxPort
{
    public ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).EnqueueAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).ReceiveAsync(request, cancellationToken);

    public ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).AckAsync(receipts, cancellationToken);

    public ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).NackAsync(request, cancellationToken);

    public ValueTask<AckResult> ExtendAsync(
        IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).ExtendAsync(receipts, lease, cancellationToken);

    public ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).ReturnAsync(receipts, cancellationToken);

    public ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).DeadLettersAsync(after, limit, cancellationToken);

    public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).RedriveAsync(sequences, cancellationToken);

    public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).PurgeDeadLettersAsync(cancellationToken);

    public ValueTask<Delivery?> AwaitReplyAsync(ReplyTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).AwaitReplyAsync(ticket, wait, cancellationToken);

    public ValueTask ForgetReplyAsync(ReplyTicket ticket, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).ForgetReplyAsync(ticket, cancellationToken);

    public ValueTask<MailboxCounts> CountAsync(CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).CountAsync(cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        entities.Find(supervisor).AcceptAsync(delivery, cancellationToken);
}
