using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Topics;

/// <summary>What can be asked of a topic.</summary>
public abstract record TopicCommand
{
    private TopicCommand()
    {
    }

    /// <summary>Adds a message to the log.</summary>
    public sealed record Publish : TopicCommand
    {
        /// <summary>The number under which the body is stored.</summary>
        public required long BodyId { get; init; }

        /// <summary>The body.</summary>
        public required MessageBody Body { get; init; }

        /// <summary>Its source.</summary>
        public required string Source { get; init; }

        /// <summary>What a duplicate is known by: the id, or an idempotency key.</summary>
        public required Fingerprint Id { get; init; }

        /// <summary>What a duplicate must agree with.</summary>
        public required ulong BodyHash { get; init; }

        /// <summary>The message's own id, to be told to duplicates; null where <see cref="Id"/> stands for it.</summary>
        public string? FirstId { get; init; }

        /// <summary>Its place in the subscribers' queues.</summary>
        public Priority Priority { get; init; } = Priority.Normal;

        /// <summary>Time to live in milliseconds; 0 where it never expires.</summary>
        public long TtlMs { get; init; }

        /// <summary>Whether the sender does not wait for the disk.</summary>
        public bool IsMemory { get; init; }
    }

    /// <summary>Makes the topic, with those who subscribe to a pattern that matches it.</summary>
    public sealed record Open(long CreatedAtMs, IReadOnlyList<PatternSubscriber> Subscribers) : TopicCommand;

    /// <summary>Subscribes a supervisor, by the topic's name (<c>""</c>) or by a pattern.</summary>
    public sealed record Subscribe(string Supervisor, string Pattern, long? From) : TopicCommand;

    /// <summary>Ends a subscription.</summary>
    public sealed record Unsubscribe(string Supervisor, string Pattern) : TopicCommand;

    /// <summary>Asks what is to be handed to whom next. The answer waits until all of that is durable.</summary>
    public sealed record NextRound : TopicCommand;

    /// <summary>Says how far mailboxes have come.</summary>
    public sealed record Fed(IReadOnlyList<FeedResult> Results) : TopicCommand;

    /// <summary>Asks whose cursor is to be noted down.</summary>
    public sealed record NextSettling : TopicCommand;

    /// <summary>Says how far mailboxes have come for good.</summary>
    public sealed record Settled(long UpTo, IReadOnlyList<FeedResult> Results) : TopicCommand;

    /// <summary>A mailbox says what it holds of that which the topic no longer retains.</summary>
    public sealed record Held(string Supervisor, long UpTo, IReadOnlyList<long> Sequences) : TopicCommand;

    /// <summary>A mailbox is done with messages that the topic no longer retains.</summary>
    public sealed record Release(IReadOnlyList<long> Sequences) : TopicCommand;

    /// <summary>Reads the log from a sequence on.</summary>
    public sealed record Read(long From, int Limit) : TopicCommand;

    /// <summary>Lists subscribers by name.</summary>
    public sealed record ListSubscribers(string After, int Limit) : TopicCommand;

    /// <summary>Asks how the topic stands.</summary>
    public sealed record Describe : TopicCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : TopicCommand;
}

/// <summary>What came of handing something to one mailbox.</summary>
/// <param name="Supervisor">Whose mailbox.</param>
/// <param name="Stamp">Which subscription.</param>
/// <param name="Cursor">The last sequence that it has taken, or passed over; null where it could not be reached.</param>
public readonly record struct FeedResult(string Supervisor, long Stamp, long? Cursor);
