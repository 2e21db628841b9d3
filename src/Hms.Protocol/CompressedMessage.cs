using System.Text;
using System.Text.Json;
using Hms.Protocol.Compression;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol;

/// <summary>
/// A message in a message (section 9.2): its type is <c>compressed:</c> and the inner one's, its content the inner message's bytes,
/// packed with gzip, as a base64 string.
/// </summary>
public static class CompressedMessage
{
    /// <summary>What the type of a compressed message begins with.</summary>
    public const string Prefix = "compressed:";

    /// <summary>Bytes that an inner message may have where no other limit is set: 1 MiB.</summary>
    public const int UnpackedBytesDefault = 1_048_576;

    private const string Content = "/content";

    /// <summary>Whether a type is that of a compressed message.</summary>
    public static bool IsCompressed(string messageType)
    {
        ArgumentNullException.ThrowIfNull(messageType);
        return messageType.StartsWith(Prefix, StringComparison.Ordinal);
    }

    /// <summary>
    /// Opens a compressed message that was checked when it came in, so that <see cref="Envelope.Routed"/> is the one inside. Any other is
    /// left as it is.
    /// </summary>
    public static void Reopen(Envelope accepted)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        if (!accepted.IsEncrypted && IsCompressed(accepted.MessageType)
            && Unpack(accepted.Content, int.MaxValue, out _) is { } bytes
            && EnvelopeReader.TryRead(bytes, out var inner, out _))
        {
            accepted.Inner = inner;
        }
    }

    /// <summary>The type without the prefix; null where that is none that may be compressed: none at all, or a compressed one.</summary>
    internal static string? InnerType(string messageType) =>
        messageType[Prefix.Length..] is { Length: > 0 } inner && !IsCompressed(inner) ? inner : null;

    /// <summary>Unpacks the bytes of the inner message; null with a fault where its content is not what it should be.</summary>
    internal static byte[]? Unpack(JsonElement content, int bytesMax, out Fault? fault)
    {
        var packed = default(PooledBuffer<byte>);
        try
        {
            if (!TryDecode(content, ref packed))
            {
                fault = new Fault(ErrorCode.MessageFormat, $"{Content} is not base64 with padding, as RFC 4648 has it in section 4");
                return null;
            }

            if (Gzip.TryUnpack(packed.Written.ToArray(), bytesMax, out var unpacked, out fault))
            {
                return unpacked;
            }

            fault = fault with { Message = $"in {Content}, {fault.Message}" };
            return null;
        }
        finally
        {
            packed.Return();
        }
    }

    /// <summary>
    /// Notes where the inner message is not the one that the outer speaks of. What could not be read in either has been noted before.
    /// </summary>
    internal static void Compare(Envelope outer, Envelope inner, string innerType, List<Problem> problems)
    {
        Check(AreSame(outer.Id, inner.Id), "/id");
        Check(AreSame(outer.Source, inner.Source), "/source");
        Check(outer.Destination == inner.Destination || !AreBothRead(outer.Destination.Name, inner.Destination.Name), "/destination");
        Check(AreSame(innerType, inner.MessageType), "/message_type");
        Check(AreSame(outer.Timestamp, inner.Timestamp), "/timestamp");
        Check(outer.CorrelationId is null || inner.CorrelationId is null || outer.CorrelationId == inner.CorrelationId, "/correlation_id");
        Check(outer.TtlMs is null || inner.TtlMs is null || outer.TtlMs == inner.TtlMs, "/ttl");
        Check(outer.PriorityGiven is null || inner.PriorityGiven is null || outer.PriorityGiven == inner.PriorityGiven, "/priority");

        void Check(bool agrees, string path)
        {
            if (!agrees)
            {
                problems.Add(new Problem(path, "differs from that of the message inside"));
            }
        }
    }

    private static bool AreSame(string outer, string inner) => outer == inner || !AreBothRead(outer, inner);

    private static bool AreBothRead(string outer, string inner) => outer.Length > 0 && inner.Length > 0;

    private static bool TryDecode(JsonElement content, ref PooledBuffer<byte> to)
    {
        var raw = ElementText.Raw(content);
        if (!raw.Contains((byte)'\\'))
        {
            return StrictBase64.TryDecode(raw, ref to);
        }

        // Some writers escape the slash of the alphabet.
        return StrictBase64.TryDecode(Encoding.UTF8.GetBytes(content.GetString()!), ref to);
    }
}
