using Hms.Protocol.Catalogue;

namespace Hms.GrainClient.Sending;

/// <summary>Which ways a message goes: what goes the same way keeps its order.</summary>
internal static class Ways
{
    private const string CompressedBatch = CompressedMessage.Prefix + MessageBatch.MessageType;

    // What is larger has no order. A silo takes no more than 1 MiB where it is not told otherwise.
    private const int UnpackedBytesMax = 16 << 20;

    private static readonly MessageValidator Unpacker = new(new MessageTypeSet(), unpackedBytesMax: UnpackedBytesMax);

    /// <summary>The ways of a message: one as a rule, for a batch those of all that it holds; none where it cannot be read.</summary>
    /// <param name="message">The message.</param>
    /// <param name="id">Its id; <c>""</c> where it cannot be read.</param>
    public static IReadOnlyList<string> Of(ReadOnlyMemory<byte> message, out string id)
    {
        if (!EnvelopeReader.TryRead(message, out var envelope, out _))
        {
            id = "";
            return [];
        }

        using (envelope)
        {
            id = envelope.Id;
            return envelope.IsEncrypted ? [WayOf(envelope)] : envelope.MessageType switch
            {
                MessageBatch.MessageType => OfItems(envelope),
                CompressedBatch => OfCompressed(message),
                _ => [WayOf(envelope)],
            };
        }
    }

    // No name holds a space. What goes to the fabric itself moves very different things: only the order of one source counts there, also on a silo.
    private static string WayOf(Envelope message) => message.Destination.Kind switch
    {
        DestinationKind.Topic => $"topic {message.Destination.Name}",
        DestinationKind.Fabric => $"source {message.Source}",
        _ => message.Destination.Name,
    };

    private static string[] OfItems(Envelope batch)
    {
        if (batch.Routed.Content.ValueKind != System.Text.Json.JsonValueKind.Array)
        {
            return [];
        }

        var ways = new HashSet<string>(StringComparer.Ordinal);
        foreach (var bytes in MessageBatch.Items(batch))
        {
            if (EnvelopeReader.TryRead(bytes, out var item, out _))
            {
                ways.Add(WayOf(item));
                item.Dispose();
            }
        }

        return [.. ways];
    }

    private static string[] OfCompressed(ReadOnlyMemory<byte> message)
    {
        if (!Unpacker.TryRead(message, out var batch, out _))
        {
            return [];
        }

        using (batch)
        {
            return OfItems(batch);
        }
    }
}
