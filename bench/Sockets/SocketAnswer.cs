using System.Buffers.Text;
using System.Text;

namespace Hms.Bench.Sockets;

/// <summary>A message that the server sent, read by searching for its marks, without parsing the JSON.</summary>
internal readonly ref struct SocketAnswer(ReadOnlySpan<byte> text)
{
    private const int ShownMax = 300;

    public static ReadOnlySpan<byte> Accepted => "\"op\":\"accepted\""u8;

    public static ReadOnlySpan<byte> Reply => "\"op\":\"reply\""u8;

    public static ReadOnlySpan<byte> Acked => "\"op\":\"acked\""u8;

    public static ReadOnlySpan<byte> Delivery => "\"op\":\"delivery\""u8;

    public static ReadOnlySpan<byte> Deliveries => "\"op\":\"deliveries\""u8;

    public ReadOnlySpan<byte> Text { get; } = text;

    /// <summary>The number that the answered frame was given; −1 where there is none.</summary>
    public int Seq
    {
        get
        {
            var mark = "\"seq\":"u8;
            var at = Text.IndexOf(mark);
            return at >= 0 && Utf8Parser.TryParse(Text[(at + mark.Length)..], out int seq, out _) ? seq : -1;
        }
    }

    /// <summary>What there is to see when it is not as it should be: from its first error on, or from its beginning.</summary>
    public string Shown
    {
        get
        {
            var shown = Text[Math.Max(0, Text.IndexOf("\"error_code\""u8))..];
            return Encoding.UTF8.GetString(shown[..Math.Min(ShownMax, shown.Length)]);
        }
    }

    /// <summary>Whether one message, or several, are delivered by it.</summary>
    public bool Delivers => Is(Deliveries) || Is(Delivery);

    public bool Is(ReadOnlySpan<byte> op) => Text.IndexOf(op) >= 0;
}
