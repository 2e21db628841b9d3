using Hms.Domain.Mailboxes;

namespace Hms.Domain.Topics;

/// <summary>What a topic answers.</summary>
public abstract record TopicReply
{
    private TopicReply()
    {
    }

    /// <summary>There is nothing to say.</summary>
    public sealed record Done : TopicReply
    {
        /// <summary>The one there is.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>The message is in the log, or was before.</summary>
    /// <param name="Sequence">Its number.</param>
    /// <param name="Deliveries">Mailboxes that it goes to.</param>
    /// <param name="Duplicate">Whether it had been there before; nothing was changed then.</param>
    /// <param name="FirstId">The id of the first message under the same idempotency key, where it had one.</param>
    public sealed record Published(long Sequence, int Deliveries, bool Duplicate, string? FirstId) : TopicReply;

    /// <summary>What is to be handed to whom.</summary>
    /// <param name="Feeds">For each mailbox what is to be handed to it; none where all have everything.</param>
    public sealed record Round(IReadOnlyList<RoundFeed> Feeds) : TopicReply
    {
        /// <summary>Nobody is to be handed anything.</summary>
        public static Round Nothing { get; } = new([]);
    }

    /// <summary>Whose cursor is to be noted down.</summary>
    /// <param name="UpTo">Up to where the foremost of the subscribers has come.</param>
    /// <param name="Feeds">An empty feed for each of them.</param>
    public sealed record Settling(long UpTo, IReadOnlyList<RoundFeed> Feeds) : TopicReply;

    /// <summary>A part of the log.</summary>
    /// <param name="Items">The messages.</param>
    /// <param name="Next">The sequence with which the next part begins.</param>
    /// <param name="More">Whether there is one.</param>
    public sealed record Messages(IReadOnlyList<LoggedMessage> Items, long Next, bool More) : TopicReply;

    /// <summary>Subscribers.</summary>
    public sealed record SubscriberList(IReadOnlyList<SubscriberRecord> Items, bool More) : TopicReply;

    /// <summary>How the topic stands.</summary>
    public sealed record Description(DateTimeOffset CreatedAt, long First, long Next, long Retained, long Bytes, int Subscribers) : TopicReply;
}

/// <summary>What is to be handed to one mailbox.</summary>
public readonly record struct RoundFeed(string Supervisor, Feed Feed);

/// <summary>A message of the log; its body is read by whoever asked.</summary>
public readonly record struct LoggedMessage(long Sequence, DateTimeOffset At, long Body);

/// <summary>One subscriber as it stands.</summary>
public sealed record SubscriberRecord(string Supervisor, IReadOnlyList<string> Patterns, long Cursor, long Behind);
