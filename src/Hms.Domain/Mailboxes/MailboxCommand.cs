using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Mailboxes;

/// <summary>What can be asked of a mailbox.</summary>
public abstract record MailboxCommand
{
    private MailboxCommand()
    {
    }

    /// <summary>Puts a message in.</summary>
    public sealed record Enqueue : MailboxCommand
    {
        /// <summary>The number under which the body is stored.</summary>
        public required long BodyId { get; init; }

        /// <summary>The body.</summary>
        public required MessageBody Body { get; init; }

        /// <summary>What a duplicate is known by: the id, or an idempotency key.</summary>
        public required Fingerprint Id { get; init; }

        /// <summary>What a duplicate must agree with.</summary>
        public required ulong BodyHash { get; init; }

        /// <summary>The message's own id, to be told to duplicates; null where <see cref="Id"/> stands for it.</summary>
        public string? FirstId { get; init; }

        /// <summary>What a waiting requester looks for; 0 where the message is no reply.</summary>
        public ulong ReplyHash { get; init; }

        /// <summary>Its place in the queue.</summary>
        public Priority Priority { get; init; } = Priority.Normal;

        /// <summary>Time to live in milliseconds; 0 where it never expires.</summary>
        public long TtlMs { get; init; }

        /// <summary>Whether the sender does not wait for the disk.</summary>
        public bool IsMemory { get; init; }

        /// <summary>Whether it is taken however full the mailbox is: what the fabric has to say is bounded by what it is asked.</summary>
        public bool IsBeyondLimits { get; init; }
    }

    /// <summary>Takes up to <paramref name="Max"/> messages on a lease.</summary>
    public sealed record Receive(int Max, TimeSpan Lease) : MailboxCommand;

    /// <summary>Ends messages for good.</summary>
    public sealed record Ack(IReadOnlyList<string> Receipts) : MailboxCommand;

    /// <summary>Gives messages back, after a delay or as dead letters.</summary>
    public sealed record Nack(IReadOnlyList<string> Receipts, TimeSpan Delay, bool DeadLetter, string? Reason) : MailboxCommand;

    /// <summary>Gives messages back as if they had never been delivered.</summary>
    public sealed record Return(IReadOnlyList<string> Receipts) : MailboxCommand;

    /// <summary>Holds messages for longer.</summary>
    public sealed record Extend(IReadOnlyList<string> Receipts, TimeSpan Lease) : MailboxCommand;

    /// <summary>
    /// Takes the reply to a request, or says that its requester waits: the first message with one of <paramref name="Hashes"/> is then
    /// bound to the request and kept from other receivers, as long as this is said again in time.
    /// </summary>
    /// <param name="Request">What the request is known by, in this and in every repetition of it.</param>
    /// <param name="Hashes">What a reply to it carries.</param>
    /// <param name="Lease">How long the reply is held.</param>
    /// <param name="Earlier">Whether a message counts that came before the requester began to wait: only when the request is repeated.</param>
    public sealed record ClaimReply(ulong Request, IReadOnlyList<ulong> Hashes, TimeSpan Lease, bool Earlier) : MailboxCommand;

    /// <summary>Says that a requester waits no longer.</summary>
    public sealed record ForgetReply(ulong Request, IReadOnlyList<ulong> Hashes) : MailboxCommand;

    /// <summary>Delivers again, under new receipts, what is held on a lease after a sequence.</summary>
    public sealed record Redeliver(long After, int Max, TimeSpan Lease) : MailboxCommand;

    /// <summary>Asks which receipts no longer hold a message.</summary>
    public sealed record FindEnded(IReadOnlyList<string> Receipts) : MailboxCommand;

    /// <summary>Subscribes to a topic or a pattern.</summary>
    /// <param name="Topic">The topic or pattern.</param>
    /// <param name="From">The first sequence wanted; null for what is published from now on.</param>
    public sealed record Subscribe(string Topic, long? From) : MailboxCommand;

    /// <summary>Ends a subscription.</summary>
    public sealed record Unsubscribe(string Topic) : MailboxCommand;

    /// <summary>Takes what a topic hands over.</summary>
    /// <param name="Feed">What it hands over.</param>
    /// <param name="Durable">Whether the answer is to wait until all that was taken so far is durable.</param>
    /// <param name="Notice">Tells of what retention has removed; taken where the mailbox has missed something. Null in a first try.</param>
    public sealed record Hear(Feed Feed, bool Durable, LossNotice? Notice = null) : MailboxCommand;

    /// <summary>A topic retains nothing up to a sequence.</summary>
    public sealed record Retire(string Topic, long UpTo) : MailboxCommand;

    /// <summary>Lists dead letters after a sequence.</summary>
    public sealed record ListDeadLetters(long After, int Limit) : MailboxCommand;

    /// <summary>Makes dead letters deliverable again: those named, or all.</summary>
    public sealed record Redrive(IReadOnlyList<long>? Sequences) : MailboxCommand;

    /// <summary>Deletes all dead letters.</summary>
    public sealed record PurgeDeadLetters : MailboxCommand;

    /// <summary>Asks how much it holds.</summary>
    public sealed record Count : MailboxCommand;

    /// <summary>Opens it: its supervisor has registered.</summary>
    public sealed record Open : MailboxCommand;

    /// <summary>Closes it: its supervisor's registration has ended. What it holds becomes dead letters.</summary>
    public sealed record Close : MailboxCommand;

    /// <summary>Ends the leases of its supervisor's receivers: its session has ended.</summary>
    public sealed record EndLeases : MailboxCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : MailboxCommand;
}
