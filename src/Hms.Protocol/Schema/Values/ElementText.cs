using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Hms.Protocol.Schema.Values;

/// <summary>
/// Reads JSON strings and member names as UTF-16 without allocating for short ones. Unlike <see cref="JsonElement.GetString"/> it
/// never throws: half of a surrogate pair, which JSON can spell as an escape, is kept as it is.
/// </summary>
internal ref struct ElementText(Span<char> buffer)
{
    /// <summary>What a caller puts on its stack; longer strings rent from the shared pool.</summary>
    public const int StackChars = 128;

    private Span<char> _buffer = buffer;
    private char[]? _rented;

    /// <summary>The bytes between the quotes of a JSON string.</summary>
    public static ReadOnlySpan<byte> Raw(in JsonElement text) => JsonMarshal.GetRawUtf8Value(text)[1..^1];

    /// <summary>The bytes between the quotes of a member's name.</summary>
    public static ReadOnlySpan<byte> RawName(in JsonProperty member)
    {
#if NET10_0_OR_GREATER
        return JsonMarshal.GetRawUtf8PropertyName(member);
#else
        return JsonEncodedText.Encode(member.Name).EncodedUtf8Bytes;
#endif
    }

    public static string ToString(ReadOnlySpan<byte> raw)
    {
        var text = new ElementText(stackalloc char[StackChars]);
        var decoded = text.Decode(raw).ToString();
        text.Return();
        return decoded;
    }

    /// <summary>Unicode code points in a JSON string; half of a surrogate pair counts as one.</summary>
    public static int CountCodePoints(ReadOnlySpan<byte> raw)
    {
        var text = new ElementText(stackalloc char[StackChars]);
        var chars = text.Decode(raw);
        var count = chars.Length;
        for (var i = 1; i < chars.Length; i++)
        {
            if (char.IsSurrogatePair(chars[i - 1], chars[i])) count--;
        }

        text.Return();
        return count;
    }

    /// <summary>The text meant by the raw bytes; valid until the next call or <see cref="Return"/>.</summary>
    public ReadOnlySpan<char> Decode(scoped ReadOnlySpan<byte> raw)
    {
        if (raw.Length > _buffer.Length) Grow(raw.Length);
        var length = 0;
        while (true)
        {
            var plain = raw.IndexOf((byte)'\\');
            length += Encoding.UTF8.GetChars(plain < 0 ? raw : raw[..plain], _buffer[length..]);
            if (plain < 0) return _buffer[..length];
            raw = raw[(plain + 1)..];
            _buffer[length++] = Unescape(ref raw);
        }
    }

    /// <summary>Gives a rented buffer back. Not <c>Dispose</c>: a <c>using</c> variable could not be decoded into.</summary>
    public void Return()
    {
        if (_rented is null) return;
        ArrayPool<char>.Shared.Return(_rented);
        _rented = null;
        _buffer = default;
    }

    private static char Unescape(ref ReadOnlySpan<byte> raw)
    {
        var kind = raw[0];
        if (kind == 'u')
        {
            var code = ushort.Parse(raw[1..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            raw = raw[5..];
            return (char)code;
        }

        raw = raw[1..];
        return kind switch
        {
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => (char)kind,
        };
    }

    private void Grow(int length)
    {
        Return();
        _rented = ArrayPool<char>.Shared.Rent(length);
        _buffer = _rented;
    }
}
