using System.Text.Json;

namespace Hms.Protocol;

/// <summary>
/// A message as it came in, read once (section 2.1). The bytes are kept and are what is delivered; nothing is ever written anew from
/// the members below. Dispose it when the message has been routed: <see cref="Content"/> lives in a pooled buffer.
/// </summary>
public sealed class Envelope : IDisposable
{
    private readonly JsonDocument _document;

    internal Envelope(JsonDocument document, ReadOnlyMemory<byte> bytes)
    {
        _document = document;
        Bytes = bytes;
    }

    /// <summary>The message, byte for byte as it was sent; this is what is delivered, of a compressed message too.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Unique for its source; 1–256 printable characters.</summary>
    public required string Id { get; init; }

    /// <summary>The supervisor that sent it.</summary>
    public required string Source { get; init; }

    /// <summary>Where it goes.</summary>
    public required Destination Destination { get; init; }

    /// <summary>The type, which decides what <see cref="Content"/> must look like.</summary>
    public required string MessageType { get; init; }

    /// <summary>The payload.</summary>
    public required JsonElement Content { get; init; }

    /// <summary>Whether the content is encrypted from end to end (section 12.3): what it looks like is then known to its recipient only.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>What ties it to other messages; null where the sender gave none.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Time to live in milliseconds, counted from acceptance; null where it never expires.</summary>
    public long? TtlMs { get; init; }

    /// <summary>Its place in the recipient's queue; <see cref="Priority.Normal"/> where the sender gave none.</summary>
    public Priority Priority => PriorityGiven ?? Priority.Normal;

    /// <summary>What a reply must carry as its correlation id: the message's own, or its id where it has none.</summary>
    public string ReplyCorrelation => CorrelationId ?? Id;

    /// <summary>
    /// The message inside a compressed one (section 9.2), once <see cref="MessageValidator"/> has unpacked it; null for any other, and
    /// where the content is encrypted. It is disposed of with this one.
    /// </summary>
    public Envelope? Inner { get; internal set; }

    /// <summary>The message that decides what is done: the inner one of a compressed message, else this one.</summary>
    public Envelope Routed => Inner ?? this;

    /// <summary>When it was made, as the sender wrote it; <c>""</c> where that is no time.</summary>
    internal string Timestamp => TimestampMember.ValueKind == JsonValueKind.String ? TimestampMember.GetString()! : "";

    internal JsonElement TimestampMember { get; init; }

    internal Priority? PriorityGiven { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Inner?.Dispose();
        _document.Dispose();
    }
}
