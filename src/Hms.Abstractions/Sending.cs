using Hms.Protocol;

namespace Hms.Abstractions;

/// <summary>How long a sender waits.</summary>
public enum Durability
{
    /// <summary>Until the message is on the disk.</summary>
    Fsync,

    /// <summary>Not for the disk: for what may be lost in a crash.</summary>
    Memory,
}

/// <summary>One message to send.</summary>
/// <param name="Message">The message as UTF-8 JSON. It is kept as it is: the caller must not change it afterwards.</param>
public sealed record SendRequest(ReadOnlyMemory<byte> Message)
{
    /// <summary>Whether to wait for the disk. Default <see cref="Durability.Fsync"/>.</summary>
    public Durability Durability { get; init; }

    /// <summary>Stands for the id where a client makes a new one per retry; scoped to source and recipient. 1–256 printable characters.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The W3C <c>traceparent</c> that goes with the message to its delivery; null where there is none.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>What a sender is told once its message is safe.</summary>
/// <param name="Id">The message's id; with an idempotency key, that of the first message under the key.</param>
/// <param name="Deliveries">How many mailboxes it went to.</param>
/// <param name="Duplicate">Whether it had been there before, so that nothing was stored.</param>
/// <param name="Durability">What it waited for.</param>
public readonly record struct SendReceipt(string Id, int Deliveries, bool Duplicate, Durability Durability)
{
    /// <summary>What came of each message of a <c>message_batch</c> (section 9.1), in order; null for every other message.</summary>
    public IReadOnlyList<SendOutcome>? Results { get; init; }
}

/// <summary>What came of one message of several that were sent together: a receipt, or why not.</summary>
/// <param name="Receipt">The receipt; without meaning where there is a fault.</param>
/// <param name="Fault">Why it was refused, with its id as <see cref="Fault.SourceMessageId"/>; null where it was accepted.</param>
public readonly record struct SendOutcome(SendReceipt Receipt, Fault? Fault);

/// <summary>
/// A reply, held for whoever asked. Once it has been written to where it was wanted, <see cref="ConfirmAsync"/> acknowledges it; let go
/// without that, it is delivered through the mailbox.
/// </summary>
public abstract class Reply : IAsyncDisposable
{
    /// <summary>The reply, byte for byte as it was sent.</summary>
    public abstract ReadOnlyMemory<byte> Message { get; }

    /// <summary>The <c>ErrorResponse</c> that it is; null where it is an ordinary reply.</summary>
    public abstract ErrorReply? Error { get; }

    /// <summary>The durability of the request that was sent.</summary>
    public abstract Durability Durability { get; }

    /// <summary>Acknowledges the reply: it will not be delivered through the mailbox.</summary>
    public abstract ValueTask ConfirmAsync(CancellationToken cancellationToken = default);

    /// <summary>Lets go of it; what was not confirmed is delivered through the mailbox.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>A reply of type <c>error_response</c>.</summary>
/// <param name="Code">What its <c>error_code</c> means; <see cref="ErrorCode.Internal"/> where the code is not one of ours.</param>
/// <param name="Content">Its content, which is the <c>ErrorResponse</c> as its sender wrote it.</param>
public sealed record ErrorReply(ErrorCode Code, ReadOnlyMemory<byte> Content);
