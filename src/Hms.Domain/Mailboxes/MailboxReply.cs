namespace Hms.Domain.Mailboxes;

/// <summary>What a mailbox answers.</summary>
public abstract record MailboxReply
{
    private MailboxReply()
    {
    }

    /// <summary>There is nothing to say.</summary>
    public sealed record Done : MailboxReply
    {
        /// <summary>The one there is.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>The message is in, or was before.</summary>
    /// <param name="Sequence">Its number.</param>
    /// <param name="Duplicate">Whether it had been there before; nothing was changed then.</param>
    /// <param name="FirstId">The id of the first message under the same idempotency key, where it had one.</param>
    public sealed record Enqueued(long Sequence, bool Duplicate, string? FirstId) : MailboxReply;

    /// <summary>Messages on a lease.</summary>
    public sealed record Received(IReadOnlyList<LeasedMessage> Messages) : MailboxReply
    {
        /// <summary>No message.</summary>
        public static Received Nothing { get; } = new([]);
    }

    /// <summary>What came of receipts.</summary>
    public sealed record Settled(int Count, IReadOnlyList<string> Stale) : MailboxReply;

    /// <summary>Dead letters.</summary>
    public sealed record DeadLetterList(IReadOnlyList<DeadMessage> Messages, bool More) : MailboxReply;

    /// <summary>How many dead letters were redriven or deleted, or subscriptions made.</summary>
    public sealed record Changed(int Count) : MailboxReply;

    /// <summary>What came of a feed.</summary>
    /// <param name="Cursor">The last sequence of the topic that was taken, or passed over.</param>
    /// <param name="LossTold">Whether the notice of a loss was taken.</param>
    public sealed record Heard(long Cursor, bool LossTold) : MailboxReply;

    /// <summary>The receipts that hold no more.</summary>
    public sealed record Ended(IReadOnlyList<string> Receipts) : MailboxReply;

    /// <summary>How much the mailbox holds.</summary>
    public sealed record Counts(int Ready, int Leased, int DeadLetters) : MailboxReply;
}

/// <summary>A message on a lease; its body is read by whoever asked.</summary>
/// <param name="Receipt">What acknowledges it; <c>""</c> where another holds it and this is a copy.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Attempt">1 on the first delivery.</param>
/// <param name="Until">When it becomes deliverable again.</param>
/// <param name="Body">The number of its body.</param>
/// <param name="Topic">The topic that it came by; null where it came by none.</param>
public readonly record struct LeasedMessage(string Receipt, long Sequence, int Attempt, DateTimeOffset Until, long Body, string? Topic);

/// <summary>A dead letter; its body is read by whoever asked.</summary>
public readonly record struct DeadMessage(long Sequence, string Reason, DateTimeOffset DeadAt, int Attempt, long Body);
