using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hms.Protocol;

/// <summary>
/// Several messages in one (section 9.1): the content is an array of messages, each of which is read, checked and answered alone.
/// </summary>
public static class MessageBatch
{
    /// <summary>The type of a batch.</summary>
    public const string MessageType = "message_batch";

    /// <summary>Messages that a batch may hold; its schema says so too.</summary>
    public const int ItemsMax = 1_000;

    /// <summary>Whether a message is a batch, compressed or not, whose items can be told: an encrypted one is an ordinary message.</summary>
    public static bool IsBatch(Envelope message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Routed is { MessageType: MessageType, IsEncrypted: false };
    }

    /// <summary>
    /// The bytes of each item, in order: slices of the batch's own bytes (of a compressed batch, of the inner message's), not copied. To be
    /// read with <see cref="MessageValidator.TryReadItem"/>.
    /// </summary>
    /// <param name="batch">A batch that the validator has accepted, still in use.</param>
    /// <exception cref="ArgumentException">It is no batch.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Items(Envelope batch)
    {
        if (!IsBatch(batch))
        {
            throw new ArgumentException("the message is no batch", nameof(batch));
        }

        var (content, bytes) = (batch.Routed.Content, batch.Routed.Bytes);
        var items = new ReadOnlyMemory<byte>[content.GetArrayLength()];
        var count = 0;
        foreach (var item in content.EnumerateArray())
        {
            items[count++] = Slice(bytes, JsonMarshal.GetRawUtf8Value(item));
        }

        return items;
    }

    /// <summary>Whether a message of this type may not stand in a batch: a batch, or a compressed one.</summary>
    internal static bool IsBarred(string messageType) =>
        messageType == MessageType
        || (CompressedMessage.IsCompressed(messageType) && messageType.AsSpan(CompressedMessage.Prefix.Length).SequenceEqual(MessageType));

    // The reader refers to the bytes that it was given, so the text of a value lies within them.
    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> raw) =>
        bytes.Span.Overlaps(raw, out var offset) ? bytes.Slice(offset, raw.Length) : throw new UnreachableException();
}
