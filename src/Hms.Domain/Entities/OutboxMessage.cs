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

    /// <summary>Puts a message into a mailbox.</summary>
    /// <param name="Mailbox">Whose.</param>
    /// <param name="Message">The message.</param>
    /// <param name="Answers">Which request it answers, where its own correlation id does not say so; <c>""</c> elsewhere.</param>
    public sealed record Post(string Mailbox, ReadOnlyMemory<byte> Message, string Answers = "") : OutboxMessage(EntityKey.Mailbox(Mailbox));

    /// <summary>Says that a sender has no more to say for now, and has been heard in everything: it need not be remembered.</summary>
    public sealed record Farewell(string Mailbox) : OutboxMessage(EntityKey.Mailbox(Mailbox));

    /// <summary>Returns what a supervisor's receivers hold on leases, since its session has ended.</summary>
    public sealed record EndLeases(string Mailbox) : OutboxMessage(EntityKey.Mailbox(Mailbox));

    /// <summary>Publishes a message that the fabric made.</summary>
    public sealed record Publish(string Topic, ReadOnlyMemory<byte> Message) : OutboxMessage(EntityKey.Topic(Topic));

    /// <summary>Ends a supervisor's sessions up to a number: all who are attached to them are told.</summary>
    public sealed record EndSession(string Supervisor, long UpTo) : OutboxMessage(EntityKey.Session(Supervisor));

    /// <summary>Asks to be told when a supervisor's session ends. Has one effect however often it is heard.</summary>
    public sealed record Attach(string Supervisor, long Session, EntityKey For) : OutboxMessage(EntityKey.Session(Supervisor));

    /// <summary>Ends what <see cref="Attach"/> began. Has one effect however often it is heard.</summary>
    public sealed record Detach(string Supervisor, EntityKey For) : OutboxMessage(EntityKey.Session(Supervisor));

    /// <summary>Says to whoever is attached that a supervisor's sessions have ended up to a number. Has one effect however often it is heard.</summary>
    public sealed record SessionEnded(EntityKey For, string Supervisor, long UpTo) : OutboxMessage(For);

    /// <summary>Asks a task to tell another when it has ended. Has one effect however often it is heard.</summary>
    public sealed record AwaitTask(string Task, string Dependent) : OutboxMessage(EntityKey.Task(Task));

    /// <summary>Tells a task that one that it depends on has ended. Has one effect however often it is heard.</summary>
    public sealed record TaskEnded(string Task, string Dependency, bool Completed) : OutboxMessage(EntityKey.Task(Task));

    /// <summary>Says to the list of tasks where one stands. Has one effect however often it is heard.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Assignee">Who is to do it.</param>
    /// <param name="Phase">The number of its phase.</param>
    /// <param name="Revision">Grows with each change.</param>
    /// <param name="EndedAtMs">When it has ended; 0 where it has not.</param>
    public sealed record IndexTask(string Task, string Assignee, int Phase, long Revision, long EndedAtMs)
        : OutboxMessage(EntityKey.IndexOf(Task));

    /// <summary>Says that a task has been kept for long enough after its end. Has one effect however often it is heard.</summary>
    public sealed record ForgetTask(string Task) : OutboxMessage(EntityKey.Task(Task));

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
