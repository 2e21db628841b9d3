using Hms.Protocol;
using Hms.Protocol.Catalogue;
using Hms.Protocol.Coordination;

namespace Hms.Abstractions;

/// <summary>What takes messages: a mailbox, or a topic's log.</summary>
public interface IMessagePort
{
    /// <summary>Puts a message in.</summary>
    ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default);

    /// <summary>Puts messages in, in their order, also with regard to calls before this one that have not returned yet.</summary>
    ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default);
}

/// <summary>What hears what other entities say from their outboxes.</summary>
public interface IOutboxPort
{
    /// <summary>Takes what another entity says; a repetition has no second effect. Returns when it has had its effect.</summary>
    ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default);
}

/// <summary>One supervisor's mailbox as other parts of the fabric use it: what receivers may do, and besides that putting in.</summary>
public interface IMailboxPort : IMailbox, IMessagePort, IOutboxPort
{
    /// <summary>Waits for the reply to a request of this supervisor's; null when the wait is over.</summary>
    ValueTask<Delivery?> AwaitReplyAsync(ReplyTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Waits no longer.</summary>
    ValueTask ForgetReplyAsync(ReplyTicket ticket, CancellationToken cancellationToken = default);

    /// <summary>How much it holds.</summary>
    ValueTask<MailboxCounts> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Subscribes to a topic or a pattern; returns when the topics know. True where the subscription is new.</summary>
    ValueTask<bool> SubscribeAsync(string topic, long? from, CancellationToken cancellationToken = default);

    /// <summary>Ends a subscription; returns when the topics know.</summary>
    ValueTask UnsubscribeAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>Takes what a topic hands over, as far as there is room; returns the last sequence that was taken, or passed over.</summary>
    /// <param name="feed">What it hands over.</param>
    /// <param name="durable">Whether to return only when all that was taken so far is durable.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    ValueTask<long> HearAsync(TopicFeed feed, bool durable, CancellationToken cancellationToken = default);
}

/// <summary>One topic.</summary>
public interface ITopicPort : IMessagePort, IOutboxPort
{
    /// <summary>How it stands.</summary>
    ValueTask<TopicRecord> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>Who subscribes.</summary>
    ValueTask<Page<Subscription>> SubscribersAsync(string after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Reads the log.</summary>
    ValueTask<Page<TopicMessage>> ReadAsync(long from, int limit, CancellationToken cancellationToken = default);
}

/// <summary>Which topics there are.</summary>
public interface ITopicRegistryPort : IOutboxPort
{
    /// <summary>Makes a topic where there is none of that name; returns when it can be used.</summary>
    ValueTask OpenAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>Names of topics.</summary>
    ValueTask<Page<string>> ListAsync(string after, int limit, CancellationToken cancellationToken = default);
}

/// <summary>What a topic hands to a subscriber's mailbox: a part of its log, of which the bodies stay the topic's.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Stamp">Which subscription of this supervisor it is.</param>
/// <param name="Start">The sequence after which the subscription began.</param>
/// <param name="After">The sequence after which the subscription stands, as far as the topic knows.</param>
/// <param name="First">The oldest sequence that the topic retains.</param>
/// <param name="UpTo">The sequence up to which this is all that there is.</param>
/// <param name="Items">What follows in the log, packed.</param>
public sealed record TopicFeed(
    string Topic, long Stamp, long Start, long After, long First, long UpTo, ReadOnlyMemory<byte> Items);

/// <summary>A message on its way into a mailbox or a topic: its bytes, and what needs to be known of them.</summary>
/// <param name="Message">The message, byte for byte as it was sent.</param>
/// <param name="Source">Its source.</param>
/// <param name="Id">Its id.</param>
public sealed record EnqueueRequest(ReadOnlyMemory<byte> Message, string Source, string Id)
{
    /// <summary>Its correlation id; null where it has none.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Stands for the id; null where the id stands for itself.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>What a duplicate must agree with: a hash of the message, or of the parts of it that an idempotency key covers.</summary>
    public required ulong BodyHash { get; init; }

    /// <summary>Its place in the queue.</summary>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>Time to live in milliseconds; null where it never expires.</summary>
    public long? TtlMs { get; init; }

    /// <summary>How long the sender waits.</summary>
    public Durability Durability { get; init; }

    /// <summary>The W3C <c>traceparent</c> that goes with it; null where there is none.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>What came of putting a message in.</summary>
/// <param name="Sequence">Its number in the mailbox.</param>
/// <param name="Duplicate">Whether it had been there before.</param>
/// <param name="FirstId">The id of the first message under the same idempotency key; null where it has none.</param>
/// <param name="Deliveries">Mailboxes that it goes to.</param>
public readonly record struct EnqueueResult(long Sequence, bool Duplicate, string? FirstId, int Deliveries = 1);

/// <summary>What came of putting one of several messages in.</summary>
/// <param name="Result">The result; without meaning where there is a fault.</param>
/// <param name="Fault">Why it was refused; null where it was not.</param>
public readonly record struct EnqueueOutcome(EnqueueResult Result, Fault? Fault);

/// <summary>Which reply a requester waits for.</summary>
/// <param name="Requester">The supervisor that asked.</param>
/// <param name="RequestId">The request's id, or the idempotency key that stands for it.</param>
/// <param name="Correlation">What a reply carries as its correlation id.</param>
/// <param name="From">Who may reply.</param>
/// <param name="Earlier">Whether a reply counts that came before: when the request is repeated.</param>
public sealed record ReplyTicket(
    string Requester, string RequestId, string Correlation, IReadOnlyList<string> From, bool Earlier);

/// <summary>What one entity says to another from its outbox.</summary>
/// <param name="Sender">The entity that says it.</param>
/// <param name="Number">Its number in the sender's outbox; grows.</param>
/// <param name="Payload">What it says, in its stored form.</param>
public sealed record OutboxDelivery(string Sender, long Number, ReadOnlyMemory<byte> Payload);

/// <summary>One part of the directory as the front uses it. Mailbox counts are not filled in.</summary>
public interface IDirectoryPort
{
    /// <summary>Registers a supervisor; returns when its mailbox is open.</summary>
    ValueTask<RegistrationResult> RegisterAsync(string id, Registration registration, CancellationToken cancellationToken = default);

    /// <summary>Registers the source of a message; returns when its mailbox is open and the answer in it.</summary>
    ValueTask<Moved> RegisterAsync(
        EnqueueRequest message, Registration registration, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken = default);

    /// <summary>Ends a registration; returns when the mailbox is closed.</summary>
    ValueTask DeregisterAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Ends the registration of the source of a message, as <see cref="DeregisterAsync(string, CancellationToken)"/>.</summary>
    ValueTask<Moved> DeregisterAsync(EnqueueRequest message, CancellationToken cancellationToken = default);

    /// <summary>A sign of life.</summary>
    ValueTask<SupervisorRecord> HeartbeatAsync(string id, Heartbeat heartbeat, CancellationToken cancellationToken = default);

    /// <summary>One record.</summary>
    ValueTask<SupervisorRecord> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Records by id.</summary>
    ValueTask<IReadOnlyList<SupervisorRecord>> ListAsync(SupervisorQuery query, CancellationToken cancellationToken = default);

    /// <summary>Sends a supervisor new settings; a heartbeat interval among them is what is expected from then on.</summary>
    /// <param name="id">The supervisor.</param>
    /// <param name="heartbeatIntervalMs">The interval; null where that stays as it is.</param>
    /// <param name="message">The message that tells it.</param>
    /// <param name="cancellationToken">Stops the waiting, not the message.</param>
    ValueTask<SupervisorRecord> ConfigureAsync(
        string id, long? heartbeatIntervalMs, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);

    /// <summary>Whether the sessions of supervisors go on, in the order asked for.</summary>
    ValueTask<IReadOnlyList<SessionView>> ViewSessionsAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken = default);

    /// <summary>A living supervisor of this part with one of these traits, the least busy; null where there is none but those excepted.</summary>
    ValueTask<AbleSupervisor?> FindAbleAsync(
        Traits traits, IReadOnlyCollection<string> except, CancellationToken cancellationToken = default);

    /// <summary>How many are registered in this part.</summary>
    ValueTask<int> CountAsync(CancellationToken cancellationToken = default);
}

/// <summary>One who could do a task.</summary>
/// <param name="Session">Who, and its session.</param>
/// <param name="Load">How busy it said that it is; 0 where it said nothing.</param>
public sealed record AbleSupervisor(SessionView Session, double Load);

/// <summary>The custom message types as they are kept.</summary>
public interface ICataloguePort
{
    /// <summary>Adds or replaces a type. Returns whether it is new.</summary>
    ValueTask<bool> PutAsync(MessageTypeDefinition definition, CancellationToken cancellationToken = default);

    /// <summary>All custom types.</summary>
    ValueTask<IReadOnlyList<MessageTypeDefinition>> ListAsync(CancellationToken cancellationToken = default);
}
