using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Hms.Bench.Load;

/// <summary>A rendered <c>POST /v1/messages</c> of one source and destination; each use patches a new id and the time into it.</summary>
internal sealed class MessageRequest
{
    private const int NumberDigits = 12;
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
    private static readonly string Run = Guid.NewGuid().ToString("N")[..8];
    private static long lastNumber;

    private readonly byte[] bytes;
    private readonly int numberAt;
    private readonly int timeAt;
    private readonly int correlationAt;

    /// <param name="server">Names the <c>Host</c>.</param>
    /// <param name="source">The sender.</param>
    /// <param name="destination">The mailbox.</param>
    /// <param name="size">Bytes of the whole message; its content is padded to it.</param>
    /// <param name="headers">Further header lines, each ended by CR LF.</param>
    /// <param name="isReply">Leaves room for the <c>correlation_id</c> of the request that is answered.</param>
    public MessageRequest(Uri server, string source, string destination, int size, string headers = "", bool isReply = false)
    {
        var id = IdPrefix + new string('0', NumberDigits);
        var correlation = isReply ? $"\"correlation_id\":\"{id}\"," : "";
        var start = $$"""{"id":"{{id}}","source":"{{source}}","destination":"{{destination}}","message_type":"bench_notification",{{correlation}}""" +
            """
            "content":{"component_id":"api_service","status":"Healthy","padding":"
            """;
        var end = $"\"}},\"timestamp\":\"{DateTime.UnixEpoch.ToString(TimeFormat, CultureInfo.InvariantCulture)}\",\"version\":\"1.0\"}}";
        var padding = size - start.Length - end.Length;
        if (padding < 0)
            throw new ArgumentOutOfRangeException(nameof(size), $"A message takes at least {start.Length + end.Length} bytes.");

        var head = $"POST /v1/messages HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n{headers}\r\n";
        bytes = Encoding.ASCII.GetBytes(head + start + new string('x', padding) + end);
        numberAt = head.Length + start.IndexOf(id, StringComparison.Ordinal) + IdPrefix.Length;
        correlationAt = head.Length + start.LastIndexOf(id, StringComparison.Ordinal);
        timeAt = bytes.Length - end.Length + end.IndexOf("1970", StringComparison.Ordinal);
    }

    /// <summary>What every id of this run starts with; a number in hexadecimal follows.</summary>
    public static string IdPrefix { get; } = $"bench-{Run}-";

    public static int IdLength { get; } = IdPrefix.Length + NumberDigits;

    /// <summary>The number in the id that was last rendered, unique in this process.</summary>
    public long Number { get; private set; }

    /// <summary>The next message, never sent before.</summary>
    public ReadOnlySpan<byte> Next()
    {
        Number = ++lastNumber;
        for (var (digit, rest) = (NumberDigits - 1, Number); digit >= 0; digit--, rest >>= 4)
            bytes[numberAt + digit] = "0123456789abcdef"u8[(int)(rest & 15)];
        DateTime.UtcNow.TryFormat(bytes.AsSpan(timeAt), out _, TimeFormat, CultureInfo.InvariantCulture);
        return bytes;
    }

    /// <summary>The next message, as the reply to the request of the given id.</summary>
    public ReadOnlySpan<byte> NextReplyTo(ReadOnlySpan<byte> id)
    {
        id.CopyTo(bytes.AsSpan(correlationAt, IdLength));
        return Next();
    }

    /// <summary>The number of the message whose id starts at <paramref name="id"/>; −1 for one that is not of this run.</summary>
    public static long NumberOf(ReadOnlySpan<byte> id) =>
        id.Length >= IdLength && Utf8Parser.TryParse(id[IdPrefix.Length..IdLength], out long number, out var used, 'x') && used == NumberDigits
            ? number
            : -1;
}
