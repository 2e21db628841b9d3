using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hms.Protocol.Canonical;

/// <summary>Strings of the canonical form: how they are spelled (RFC 8785, section 3.2.2.2) and ordered (section 3.2.3).</summary>
internal static class CanonicalText
{
    public const string LoneSurrogate = "half of a surrogate pair is escaped";

    private const int Utf8BytesMax = 4;

    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    /// <summary>Appends what the bytes between the quotes of a JSON string mean, as UTF-8; false for half of a surrogate pair.</summary>
    /// <param name="raw">Valid JSON in valid UTF-8.</param>
    /// <param name="to">Where the text goes.</param>
    public static bool Unescape(ReadOnlySpan<byte> raw, ref PooledBuffer<byte> to)
    {
        while (raw.IndexOf((byte)'\\') is var at and >= 0)
        {
            to.Add(raw[..at]);
            raw = raw[(at + 1)..];
            if (!TryTakeEscape(ref raw, out var character))
            {
                return false;
            }

            to.Advance(character.EncodeToUtf8(to.Room(Utf8BytesMax)));
        }

        to.Add(raw);
        return true;
    }

    /// <summary>Writes a string in quotes, escaping what must be and nothing else.</summary>
    public static void WriteQuoted(ReadOnlySpan<byte> text, ref PooledBuffer<byte> to)
    {
        to.Add((byte)'"');
        while (text.IndexOfAny(Escaped) is var at and >= 0)
        {
            to.Add(text[..at]);
            WriteEscape(text[at], ref to);
            text = text[(at + 1)..];
        }

        to.Add(text);
        to.Add((byte)'"');
    }

    /// <summary>Compares two texts in UTF-8 as their UTF-16 code units compare.</summary>
    public static int CompareAsUtf16(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        const byte firstOfPrivateUse = 0xEE, firstOfPairs = 0xF0;
        var shared = a.CommonPrefixLength(b);
        if (shared == a.Length || shared == b.Length)
        {
            return a.Length - b.Length;
        }

        // UTF-8 sorts by code point. UTF-16 differs in one thing: what needs a surrogate pair comes before U+E000 to U+FFFF.
        var (left, right) = (a[shared], b[shared]);
        return left >= firstOfPrivateUse && right >= firstOfPrivateUse && (left >= firstOfPairs) != (right >= firstOfPairs)
            ? right - left
            : left - right;
    }

    private static void WriteEscape(byte character, ref PooledBuffer<byte> to)
    {
        to.Add((byte)'\\');
        switch (character)
        {
            case (byte)'\b': to.Add((byte)'b'); break;
            case (byte)'\t': to.Add((byte)'t'); break;
            case (byte)'\n': to.Add((byte)'n'); break;
            case (byte)'\f': to.Add((byte)'f'); break;
            case (byte)'\r': to.Add((byte)'r'); break;
            case (byte)'"' or (byte)'\\': to.Add(character); break;
            default:
                to.Add("u00"u8);
                to.Add((byte)(character < 0x10 ? '0' : '1'));
                to.Add("0123456789abcdef"u8[character & 0xF]);
                break;
        }
    }

    // Takes what follows a backslash.
    private static bool TryTakeEscape(ref ReadOnlySpan<byte> raw, out Rune character)
    {
        var kind = raw[0];
        if (kind == 'u')
        {
            return TryTakeCodePoint(ref raw, out character);
        }

        raw = raw[1..];
        character = new Rune(kind switch
        {
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => (char)kind,
        });
        return true;
    }

    private static bool TryTakeCodePoint(ref ReadOnlySpan<byte> raw, out Rune character)
    {
        var unit = TakeUnit(ref raw);
        if (Rune.TryCreate(unit, out character))
        {
            return true;
        }

        if (!raw.StartsWith("\\u"u8))
        {
            return false;
        }

        raw = raw[1..];
        return Rune.TryCreate(unit, TakeUnit(ref raw), out character);
    }

    private static char TakeUnit(ref ReadOnlySpan<byte> raw)
    {
        var unit = (char)ushort.Parse(raw[1..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        raw = raw[5..];
        return unit;
    }
}
