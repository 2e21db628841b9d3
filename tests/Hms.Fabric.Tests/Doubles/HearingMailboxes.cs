using Hms.Abstractions;
using Hms.Fabric.Entities;

namespace Hms.Fabric.Tests.Doubles;

/// <summary>How a mailbox answers what a topic hands to it; the flag says whether the answer is to be durable.</summary>
internal delegate ValueTask<long> Hears(TopicFeed feed, bool durable);

/// <summary>Mailboxes of which only what topics hand to them is asked, answered by the test; and no other entities.</summary>
internal sealed class HearingMailboxes : NoEntities
{
    private readonly Dictionary<string, Hears> _mailboxes = new(StringComparer.Ordinal);

    public void Add(string name, Hears hears) => _mailboxes[name] = hears;

    public override IMailboxPort Mailbox(string supervisor) => new Port(_mailboxes[supervisor]);

    private sealed class Port(Hears hears) : IMailboxPort
    {
        public ValueTask<long> HearAsync(TopicFeed feed, bool durable, CancellationToken cancellationToken) => hears(feed, durable);

        public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
            IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> SubscribeAsync(string topic, long? from, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask UnsubscribeAsync(string topic, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<MailboxCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Delivery?> AwaitReplyAsync(ReplyTicket ticket, TimeSpan wait, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask ForgetReplyAsync(ReplyTicket ticket, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
            long after, int max, TimeSpan lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<string>> AwaitSettledAsync(
            IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<AckResult> ExtendAsync(IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
