namespace Hms.Domain.Entities;

/// <summary>What one entity says to another. Its encoded form is stored.</summary>
public abstract record OutboxMessage
{
    private OutboxMessage(EntityKey to) => To = to;

    /// <summary>The entity that it is for.</summary>
    public EntityKey To { get; }

    /// <summary>The stored form.</summary>
    public byte[] Encode() => OutboxCodec.Encode(this);

    /// <summary>Reads the stored form.</summary>
    public static OutboxMessage Decode(ReadOnlyMemory<byte> encoded) => OutboxCodec.Decode(encoded);

    /// <summary>Opens a supervisor's mailbox, since it has registered.</summary>
    public sealed record OpenMailbox(string Mailbox) : OutboxMessage(EntityKey.Mailbox(Mailbox));

    /// <summary>Closes a supervisor's mailbox, since its registration has ended.</summary>
    public sealed record CloseMailbox(string Mailbox) : OutboxMessage(EntityKey.Mailbox(Mailbox));

    /// <summary>Puts a message that the fabric made into a mailbox.</summary>
    public sealed record Post(string Mailbox, ReadOnlyMemory<byte> Message) : OutboxMessage(EntityKey.Mailbox(Mailbox));

    /// <summary>
    /// Tells the source of a message that its ttl ran out. Only the body is named: who the source is stands in it, and whoever carries
    /// this out reads it.
    /// </summary>
    public sealed record ReportExpiry(string Mailbox, long Sequence, long Body, long AtMs) : OutboxMessage(EntityKey.Mailbox(Mailbox));

    /// <summary>Says that a topic retains nothing up to a sequence: the mailbox answers what of it it holds, and tells when that goes.</summary>
    public sealed record Retire(string Mailbox, string Topic, long UpTo) : OutboxMessage(EntityKey.Mailbox(Mailbox));

    /// <summary>Makes a topic, with those who subscribe to a pattern that matches it.</summary>
    public sealed record OpenTopic(string Topic, long CreatedAtMs, IReadOnlyList<PatternSubscriber> Subscribers)
        : OutboxMessage(EntityKey.Topic(Topic));

    /// <summary>Subscribes a supervisor to a topic, by its name or by a pattern.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Supervisor">Who subscribes.</param>
    /// <param name="Pattern">The pattern; <c>""</c> where the topic was named.</param>
    /// <param name="From">The first sequence wanted; null for what is published from now on.</param>
    public sealed record Subscribe(string Topic, string Supervisor, string Pattern, long? From) : OutboxMessage(EntityKey.Topic(Topic));

    /// <summary>Ends what <see cref="Subscribe"/> began.</summary>
    public sealed record Unsubscribe(string Topic, string Supervisor, string Pattern) : OutboxMessage(EntityKey.Topic(Topic));

    /// <summary>Says which of the messages that a topic no longer retains a mailbox holds: each as often as it holds it.</summary>
    public sealed record Held(string Topic, string Supervisor, long UpTo, IReadOnlyList<long> Sequences)
        : OutboxMessage(EntityKey.Topic(Topic));

    /// <summary>Says that a mailbox is done with messages that their topic no longer retains: with each as often as it is named.</summary>
    public sealed record Release(string Topic, IReadOnlyList<long> Sequences) : OutboxMessage(EntityKey.Topic(Topic));

    /// <summary>Subscribes a supervisor to all topics that a pattern matches, now and later.</summary>
    public sealed record SubscribePattern(string Pattern, string Supervisor, long? From) : OutboxMessage(EntityKey.Topics);

    /// <summary>Ends what <see cref="SubscribePattern"/> began.</summary>
    public sealed record UnsubscribePattern(string Pattern, string Supervisor) : OutboxMessage(EntityKey.Topics);
}

/// <summary>Who subscribes to a topic by a pattern.</summary>
/// <param name="Supervisor">Who.</param>
/// <param name="Pattern">The pattern.</param>
public readonly record struct PatternSubscriber(string Supervisor, string Pattern);
