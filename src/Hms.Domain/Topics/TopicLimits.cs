namespace Hms.Domain.Topics;

/// <summary>What topics may hold, and for how long.</summary>
public sealed record TopicLimits
{
    /// <summary>
    /// How long a message is retained, whether or not it was heard. Default 7 days; it goes up to a sixty-fourth of that later, so that
    /// many go at once.
    /// </summary>
    public TimeSpan RetentionAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Bytes of messages that one topic retains; beyond it the oldest sixteenth goes. Default 1 GiB.</summary>
    public long RetentionBytes { get; init; } = 1L << 30;

    /// <summary>Messages that one topic retains; beyond it the oldest sixteenth goes. Default 2,000,000.</summary>
    public long RetentionMessages { get; init; } = 2_000_000;

    /// <summary>How long an id is remembered after its message was published. Default 10 minutes.</summary>
    public TimeSpan DedupWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Ids that one topic remembers; beyond it the oldest is forgotten. Default 1,000,000.</summary>
    public int DedupMax { get; init; } = 1_000_000;

    /// <summary>Messages handed to one mailbox at a time. Default 1,000.</summary>
    public int FeedMax { get; init; } = 1_000;

    /// <summary>How long a mailbox that is full, or cannot be reached, is left alone. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long after mailboxes were fed the topic notes down how far they have come. Default 1 s.</summary>
    public TimeSpan SettleAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Topics that there may be. Default 100,000.</summary>
    public int TopicsMax { get; init; } = 100_000;

}
