using Hms.Protocol;

namespace Hms.Abstractions;

/// <summary>
/// What waits for one supervisor: delivered at least once, in order of priority, first in first out within one (section 9.3). Every
/// member ends with <see cref="ErrorCode.DestinationNotFound"/> when the supervisor is not registered.
/// </summary>
public interface IMailbox
{
    /// <summary>Takes up to <see cref="ReceiveRequest.Max"/> messages on a lease; none where nothing came within the wait.</summary>
    ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default);

    /// <summary>Says that messages are done with. What is stale is named, and is no error.</summary>
    ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default);

    /// <summary>Gives messages back, at once or later, or for good.</summary>
    ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken = default);

    /// <summary>Holds messages for <paramref name="lease"/> (1 ms to 24 h) from now.</summary>
    ValueTask<AckResult> ExtendAsync(IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives messages back as if they had never been delivered, with no attempt counted: for a front whose receiver went away before
    /// it got them.
    /// </summary>
    ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default);

    /// <summary>
    /// Delivers again, under new receipts and with no attempt counted, what a receiver holds on a lease, of all sequences above
    /// <paramref name="after"/>, at most <paramref name="max"/> (1–1,000): for a receiver that comes back after its connection broke.
    /// </summary>
    ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
        long after, int max, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until one or more of the messages to which these receipts belong are no longer held under them (acknowledged, given back,
    /// lapsed or delivered again), and names those receipts; none where the wait is over first.
    /// </summary>
    ValueTask<IReadOnlyList<string>> AwaitSettledAsync(
        IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Lists dead letters by sequence, after <paramref name="after"/>, at most <paramref name="limit"/> (1–1,000).</summary>
    ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Makes dead letters deliverable again, with attempts and ttl anew: those named, or all. Returns how many.</summary>
    ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default);

    /// <summary>Deletes all dead letters. Returns how many.</summary>
    ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default);
}

/// <summary>How to receive.</summary>
public sealed record ReceiveRequest
{
    /// <summary>Messages at most, 1–1,000. Default 10.</summary>
    public int Max { get; init; } = 10;

    /// <summary>How long to wait for the first message, up to 60 s. Default none.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>How long the messages are held for this receiver, 1 ms to 24 h. Default 30 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether they are acknowledged in the same step: delivery is then at most once.</summary>
    public bool AutoAck { get; init; }
}

/// <summary>One message on a lease.</summary>
/// <param name="Receipt">What acknowledges it; stale once it is delivered again or acknowledged.</param>
/// <param name="Sequence">Its number in the mailbox; grows by one a message.</param>
/// <param name="Attempt">1 on the first delivery; grows when a lease runs out and by a nack.</param>
/// <param name="LeasedUntil">When it becomes deliverable again.</param>
/// <param name="Topic">The topic that it came by, <c>*</c> for what went to everybody; null where it was sent to the supervisor itself.</param>
/// <param name="TraceParent">The W3C <c>traceparent</c> that it was sent with.</param>
/// <param name="Message">The message, byte for byte as it was sent.</param>
public sealed record Delivery(
    string Receipt,
    long Sequence,
    int Attempt,
    DateTimeOffset LeasedUntil,
    string? Topic,
    string? TraceParent,
    ReadOnlyMemory<byte> Message);

/// <summary>What came of an ack, a nack or an extension.</summary>
/// <param name="Acked">How many receipts held.</param>
/// <param name="Stale">The receipts that did not.</param>
public sealed record AckResult(int Acked, IReadOnlyList<string> Stale);

/// <summary>Which messages to give back, and how.</summary>
/// <param name="Receipts">What acknowledges them.</param>
public sealed record NackRequest(IReadOnlyList<string> Receipts)
{
    /// <summary>How long each stays away before it is deliverable again, up to 24 h. Default none.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Whether they become dead letters at once.</summary>
    public bool DeadLetter { get; init; }

    /// <summary>Why, for whoever reads the dead letter; up to 1,024 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>A message that will not be delivered unless somebody redrives it.</summary>
/// <param name="Sequence">Its number in the mailbox.</param>
/// <param name="Reason">Why: <c>expired</c>, <c>max_attempts</c>, <c>deregistered</c>, <c>retention</c>, <c>nack</c>, or the words of the nack.</param>
/// <param name="DeadAt">Since when.</param>
/// <param name="Attempt">How often it was delivered.</param>
/// <param name="Message">The message, byte for byte as it was sent.</param>
public sealed record DeadLetter(long Sequence, string Reason, DateTimeOffset DeadAt, int Attempt, ReadOnlyMemory<byte> Message);

/// <summary>A part of a list.</summary>
/// <param name="Items">What it holds.</param>
/// <param name="Next">What to ask for next with <c>after</c>; null at the end.</param>
/// <typeparam name="T">What is listed.</typeparam>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
