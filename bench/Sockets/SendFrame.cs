using System.Buffers.Text;
using System.Text;
using Hms.Bench.Load;

namespace Hms.Bench.Sockets;

/// <summary>A rendered <c>send</c> or <c>request</c>; each use patches its number into it and renews every message in it.</summary>
internal sealed class SendFrame
{
    private const int SeqDigits = 8;
    private readonly MessageTemplate[] messages;
    private readonly byte[] text;
    private readonly int seqAt;
    private readonly int firstAt;

    private SendFrame(string op, string members, MessageTemplate[] messages, string before, string after)
    {
        this.messages = messages;
        var start = $"{{\"op\":\"{op}\",\"seq\":{Flights.FirstSeq},{members}{before}";
        using var frame = new MemoryStream();
        frame.Write(Encoding.ASCII.GetBytes(start));
        for (var i = 0; i < messages.Length; i++)
        {
            frame.Write(i == 0 ? [] : ","u8);
            frame.Write(messages[i].Bytes);
        }
        frame.Write(Encoding.ASCII.GetBytes(after));
        text = frame.ToArray();
        seqAt = start.IndexOf($"{Flights.FirstSeq}", StringComparison.Ordinal);
        firstAt = start.Length;
    }

    /// <summary>How many messages are in it.</summary>
    public int Count => messages.Length;

    /// <summary>The number in the id of the last message that was rendered.</summary>
    public long Number => messages[^1].Number;

    /// <summary>A <c>send</c> of one message.</summary>
    /// <param name="message">What is sent.</param>
    /// <param name="members">Further members, each ended by a comma.</param>
    public static SendFrame Of(MessageTemplate message, string members = "") => new("send", members, [message], "\"message\":", "}");

    /// <summary>A <c>send</c> of several messages in one frame.</summary>
    public static SendFrame Of(IEnumerable<MessageTemplate> messages) => new("send", "", [.. messages], "\"messages\":[", "]}");

    /// <summary>A <c>request</c>, with further members as in <see cref="Of(MessageTemplate, string)"/>.</summary>
    public static SendFrame Request(MessageTemplate message, string members) => new("request", members, [message], "\"message\":", "}");

    /// <summary>The next frame, its messages never sent before; valid until the next one.</summary>
    public ReadOnlySpan<byte> Next(int seq)
    {
        Number8(seq);
        for (var i = 0; i < messages.Length; i++)
            messages[i].Renew(MessageAt(i));
        return text;
    }

    /// <summary>The next frame of one message, as the reply to the request of the given id.</summary>
    public ReadOnlySpan<byte> NextReplyTo(ReadOnlySpan<byte> requestId, int seq)
    {
        Number8(seq);
        messages[0].Renew(MessageAt(0), requestId);
        return text;
    }

    /// <summary>The next frame of one message, with a fencing token in it.</summary>
    public ReadOnlySpan<byte> NextWithToken(long token, int seq)
    {
        Number8(seq);
        messages[0].Renew(MessageAt(0), token);
        return text;
    }

    private void Number8(int seq)
    {
        if (!Utf8Formatter.TryFormat(seq, text.AsSpan(seqAt, SeqDigits), out var written) || written != SeqDigits)
            throw new InvalidOperationException($"{seq} has not {SeqDigits} digits.");
    }

    // All are of one size, and a comma stands between two.
    private Span<byte> MessageAt(int index) => text.AsSpan(firstAt + (index * (messages[0].Bytes.Length + 1)));
}
