namespace Hms.Bench.Load;

/// <summary>Walks the deliveries of a receive's answer by searching for their marks, without parsing the JSON.</summary>
/// <remarks>The bench made every message in them, so that none holds the mark; in a delivery the receipt comes before the message.</remarks>
internal ref struct Deliveries(ReadOnlySpan<byte> body)
{
    private static readonly byte[] IdMark = System.Text.Encoding.ASCII.GetBytes(MessageTemplate.IdPrefix);
    private ReadOnlySpan<byte> rest = body;

    /// <summary>The receipt as the JSON token that it was, quotes and all.</summary>
    public ReadOnlySpan<byte> Receipt { get; private set; }

    /// <summary>Moves to the next delivery; false at the end.</summary>
    public bool MoveNext()
    {
        var mark = "\"receipt\":"u8;
        var at = rest.IndexOf(mark);
        if (at < 0)
            return false;
        rest = rest[(at + mark.Length)..];
        var length = rest[0] == '"' ? rest[1..].IndexOf((byte)'"') + 2 : rest.IndexOfAny((byte)',', (byte)'}');
        Receipt = rest[..length];
        rest = rest[length..];
        return true;
    }

    /// <summary>The id of the message in this delivery; empty for one that the bench did not send.</summary>
    public readonly ReadOnlySpan<byte> MessageId()
    {
        var at = rest.IndexOf(IdMark);
        return at < 0 || rest.Length < at + MessageTemplate.IdLength ? default : rest.Slice(at, MessageTemplate.IdLength);
    }
}
