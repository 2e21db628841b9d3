namespace Hms.Domain.Mailboxes;

/// <summary>What one mailbox may hold, and for how long.</summary>
public sealed record MailboxLimits
{
    /// <summary>Messages held, dead letters apart, before a send is refused with <c>mailbox_full</c>. Default 2,000,000.</summary>
    public int DepthMax { get; init; } = 2_000_000;

    /// <summary>Bytes held, dead letters apart, before a send is refused with <c>mailbox_full</c>. Default 4 GiB.</summary>
    public long BytesMax { get; init; } = 4L << 30;

    /// <summary>Deliveries that may end by a lapsed lease or a nack before a message becomes a dead letter. Default 10.</summary>
    public int AttemptsMax { get; init; } = 10;

    /// <summary>Dead letters kept; beyond it the oldest is dropped. Default 100,000.</summary>
    public int DeadLettersMax { get; init; } = 100_000;

    /// <summary>How long an id is remembered after its message was acknowledged. Default 10 minutes.</summary>
    public TimeSpan DedupWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Ids remembered after their ack; beyond it the oldest is forgotten. Default 1,000,000.</summary>
    public int DedupMax { get; init; } = 1_000_000;

    /// <summary>Acknowledged replies kept for a requester that asks again, within the dedup window. Default 1,000.</summary>
    public int RepliesMax { get; init; } = 1_000;

    /// <summary>How long a reply is held for a requester that has not said again that it waits. Default 10 s.</summary>
    public TimeSpan ReplyTicket { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Topics and patterns that one supervisor may subscribe to. Default 10,000.</summary>
    public int SubscriptionsMax { get; init; } = 10_000;

    /// <summary>
    /// Waiting this long raises a message by one priority, so that low ones are not starved; null, the default, keeps priority strict
    /// (section 9.3).
    /// </summary>
    public TimeSpan? AgeingInterval { get; init; }

    /// <summary>How long a sender refused with <c>mailbox_full</c> is told to wait. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
