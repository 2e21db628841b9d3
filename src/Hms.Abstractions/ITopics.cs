using Hms.Protocol;

namespace Hms.Abstractions;

/// <summary>
/// The topics (sections 4.2 and 6.2): each a durable log from which every subscriber's mailbox is fed. Publishing to a topic creates it.
/// The topic <c>*</c> is the one that every registered supervisor hears (sections 4.4 and 6.3).
/// </summary>
public interface ITopics
{
    /// <summary>
    /// Subscribes a supervisor to a topic, which is created where it is not there, or to all topics that a pattern matches, now and later:
    /// in a pattern <c>*</c> stands for one dot-separated word, a final <c>&gt;</c> for one or more that follow. Who subscribes already
    /// keeps its place. Returns whether the subscription is new.
    /// </summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where the supervisor is not registered;
    /// <see cref="ErrorCode.Validation"/> for a malformed topic or pattern, and for a pattern with a sequence to begin at.</exception>
    ValueTask<bool> SubscribeAsync(
        string topic, string supervisor, SubscriptionStart start, CancellationToken cancellationToken = default);

    /// <summary>Ends a subscription; what has reached the mailbox stays there.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where there is no such subscription.</exception>
    ValueTask UnsubscribeAsync(string topic, string supervisor, CancellationToken cancellationToken = default);

    /// <summary>Lists topics by name, after <paramref name="after"/>, at most <paramref name="limit"/> (1–1,000); <c>*</c> is not among them.</summary>
    ValueTask<Page<TopicRecord>> ListAsync(string after, int limit, CancellationToken cancellationToken = default);

    /// <summary>One topic; <c>*</c> too.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where there is none of that name.</exception>
    ValueTask<TopicRecord> GetAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>Who subscribes to a topic, by name, after <paramref name="after"/>, at most <paramref name="limit"/> (1–1,000).</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where there is no such topic.</exception>
    ValueTask<Page<Subscription>> SubscribersAsync(string topic, string after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Reads what a topic retains, from a sequence on, at most <paramref name="limit"/> (1–1,000): a replay that moves no cursor.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where there is no such topic.</exception>
    ValueTask<Page<TopicMessage>> ReadAsync(string topic, long from, int limit, CancellationToken cancellationToken = default);
}

/// <summary>Where in a topic's log a subscription begins.</summary>
/// <param name="Sequence">The first sequence that is delivered; null for what is published from now on.</param>
public readonly record struct SubscriptionStart(long? Sequence)
{
    /// <summary>With what is published from now on.</summary>
    public static SubscriptionStart New { get; } = new(null);

    /// <summary>With the oldest message that the topic retains.</summary>
    public static SubscriptionStart Earliest { get; } = new(0);
}

/// <summary>A topic as it stands.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="CreatedAt">Since when it has been there.</param>
/// <param name="First">The sequence of the oldest message retained; where none is, that of the next one.</param>
/// <param name="Next">The sequence that the next message gets; the first is 1.</param>
/// <param name="Messages">Messages retained.</param>
/// <param name="Bytes">Their size in bytes.</param>
/// <param name="Subscribers">Supervisors that it goes to.</param>
public sealed record TopicRecord(
    string Topic, DateTimeOffset CreatedAt, long First, long Next, long Messages, long Bytes, int Subscribers);

/// <summary>One supervisor's subscription to a topic.</summary>
/// <param name="Supervisor">Who subscribes.</param>
/// <param name="Patterns">The patterns by which it does; none where it named the topic, or the topic is <c>*</c>.</param>
/// <param name="Cursor">The sequence of the last message that has reached its mailbox, or that it does not want.</param>
/// <param name="Behind">Messages that have not.</param>
public sealed record Subscription(string Supervisor, IReadOnlyList<string> Patterns, long Cursor, long Behind);

/// <summary>A message in a topic's log.</summary>
/// <param name="Sequence">Its number in the topic.</param>
/// <param name="PublishedAt">When it was accepted.</param>
/// <param name="Message">The message, byte for byte as it was sent.</param>
public sealed record TopicMessage(long Sequence, DateTimeOffset PublishedAt, ReadOnlyMemory<byte> Message);
