using System.Buffers.Text;

namespace Hms.Bench.Load;

/// <summary>Where a fencing token stands in JSON that is rendered once: blanks may follow a number, so there is room for every token.</summary>
internal static class TokenRoom
{
    /// <summary>As it stands in the JSON before it is filled.</summary>
    public const string Text = "0               ";

    public static void Fill(Span<byte> room, long token)
    {
        room = room[..Text.Length];
        room.Fill((byte)' ');
        if (!Utf8Formatter.TryFormat(token, room, out _))
            throw new InvalidOperationException($"There is no room for the token {token}.");
    }

    /// <summary>The token in an answer; −1 where it names none.</summary>
    public static long Find(ReadOnlySpan<byte> answer)
    {
        var mark = "\"fencing_token\":"u8;
        var at = answer.IndexOf(mark);
        return at >= 0 && Utf8Parser.TryParse(answer[(at + mark.Length)..], out long token, out _) ? token : -1;
    }
}
