using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Hms.Bench.Load;

/// <summary>A message of one source and destination: rendered once, and renewed in place with a new id and the time for each use.</summary>
internal sealed class MessageTemplate
{
    private const int NumberDigits = 12;
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
    private static readonly byte[] TimeText = new byte[TimeFormat.Length];
    private static long timeTextOf;
    private static long lastNumber;

    private readonly int numberAt;
    private readonly int timeAt;
    private readonly int correlationAt;
    private readonly int tokenAt;

    /// <param name="source">The sender.</param>
    /// <param name="destination">The mailbox or topic.</param>
    /// <param name="size">Bytes of the whole message; its content is padded to it.</param>
    /// <param name="isReply">Leaves room for the <c>correlation_id</c> of the request that is answered.</param>
    public MessageTemplate(string source, string destination, int size, bool isReply = false)
        : this(Head(source, destination, "bench_notification", isReply), size)
    {
    }

    private MessageTemplate(string head, int size)
        : this(head, Padded(size - head.Length - Tail.Length))
    {
    }

    private MessageTemplate(string head, string content)
    {
        Bytes = Encoding.ASCII.GetBytes(head + content + Tail);
        numberAt = head.IndexOf(FirstId, StringComparison.Ordinal) + IdPrefix.Length;
        correlationAt = head.LastIndexOf(FirstId, StringComparison.Ordinal);
        timeAt = head.Length + content.Length + Tail.IndexOf("1970", StringComparison.Ordinal);
        tokenAt = head.Length + content.IndexOf(TokenRoom.Text, StringComparison.Ordinal);
    }

    /// <summary>Tells this run's ids, and whatever else it names, from those of another run against the same server.</summary>
    public static string Run { get; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>What every id of this run starts with; a number in hexadecimal follows.</summary>
    public static string IdPrefix { get; } = $"bench-{Run}-";

    public static int IdLength { get; } = IdPrefix.Length + NumberDigits;

    private static string FirstId { get; } = IdPrefix + new string('0', NumberDigits);

    private static string Tail { get; } =
        $",\"timestamp\":\"{DateTime.UnixEpoch.ToString(TimeFormat, CultureInfo.InvariantCulture)}\",\"version\":\"1.0\"}}";

    /// <summary>The message before its first use: to be copied to where it is renewed.</summary>
    public byte[] Bytes { get; }

    /// <summary>The number in the id that was last rendered, unique in this process.</summary>
    public long Number { get; private set; }

    /// <summary>A message of any type; its content may have a <see cref="TokenRoom"/>.</summary>
    public static MessageTemplate Of(string source, string destination, string messageType, string content) =>
        new(Head(source, destination, messageType, isReply: false), content);

    /// <summary>Makes a copy of <see cref="Bytes"/> a message that was never sent before.</summary>
    public void Renew(Span<byte> message)
    {
        Number = ++lastNumber;
        for (var (digit, rest) = (NumberDigits - 1, Number); digit >= 0; digit--, rest >>= 4)
            message[numberAt + digit] = "0123456789abcdef"u8[(int)(rest & 15)];
        CurrentTime().CopyTo(message[timeAt..]);
    }

    /// <summary>Makes it a new message, the reply to the request of the given id.</summary>
    public void Renew(Span<byte> message, ReadOnlySpan<byte> requestId)
    {
        requestId.CopyTo(message.Slice(correlationAt, IdLength));
        Renew(message);
    }

    /// <summary>Makes it a new message, with a fencing token in the room for it.</summary>
    public void Renew(Span<byte> message, long token)
    {
        TokenRoom.Fill(message[tokenAt..], token);
        Renew(message);
    }

    /// <summary>The number of the message whose id starts at <paramref name="id"/>; −1 for one that is not of this run.</summary>
    public static long NumberOf(ReadOnlySpan<byte> id) =>
        id.Length >= IdLength && Utf8Parser.TryParse(id[IdPrefix.Length..IdLength], out long number, out var used, 'x') && used == NumberDigits
            ? number
            : -1;

    private static string Head(string source, string destination, string messageType, bool isReply) =>
        $$"""{"id":"{{FirstId}}","source":"{{source}}","destination":"{{destination}}","message_type":"{{messageType}}",""" +
        (isReply ? $"\"correlation_id\":\"{FirstId}\"," : "") + "\"content\":";

    private static string Padded(int size)
    {
        const string before = "{\"component_id\":\"api_service\",\"status\":\"Healthy\",\"padding\":\"";
        const string after = "\"}";
        var padding = size - before.Length - after.Length;
        return padding >= 0
            ? before + new string('x', padding) + after
            : throw new ArgumentOutOfRangeException(nameof(size), $"A message takes at least {-padding} bytes more.");
    }

    // Formatting costs more than all the rest of a message; those of one millisecond share it.
    private static ReadOnlySpan<byte> CurrentTime()
    {
        var now = DateTime.UtcNow;
        var millisecond = now.Ticks / TimeSpan.TicksPerMillisecond;
        if (millisecond != timeTextOf)
        {
            now.TryFormat(TimeText, out _, TimeFormat, CultureInfo.InvariantCulture);
            timeTextOf = millisecond;
        }
        return TimeText;
    }
}
