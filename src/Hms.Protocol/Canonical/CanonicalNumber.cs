using System.Globalization;

namespace Hms.Protocol.Canonical;

/// <summary>
/// Numbers of the canonical form: the text that ECMAScript gives a double (ECMA-262, Number::toString; RFC 8785, section 3.2.2.3).
/// </summary>
internal static class CanonicalNumber
{
    /// <summary>Digits that any integer may have and still be exact in a double.</summary>
    public const int ExactDigits = 15;

    /// <summary>Bytes that the longest number fits in: a sign, 17 digits, and a point with zeros or an exponent.</summary>
    public const int LengthMax = 32;

    // Where the point would stand further out than this, ECMAScript writes an exponent.
    private const int PointMin = -5, PointMax = 21;

    /// <summary>Writes a JSON number in its canonical form; false where it is beyond the range of a double.</summary>
    public static bool TryFormat(ReadOnlySpan<byte> json, Span<byte> to, out int written)
    {
        written = 0;
        if (!double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            return false;
        }

        written = Format(value, to);
        return true;
    }

    /// <summary>Writes a finite number into at least <see cref="LengthMax"/> bytes.</summary>
    public static int Format(double value, Span<byte> to)
    {
        if (value == 0)
        {
            to[0] = (byte)'0';
            return 1;
        }

        Span<byte> buffer = stackalloc byte[LengthMax];
        var digits = buffer[..ShortestDigits(Math.Abs(value), buffer, out var point)];
        var sign = value < 0 ? 1 : 0;
        to[0] = (byte)'-';
        to = to[sign..];
        return sign + (point is < PointMin or > PointMax ? Scientific(digits, point - 1, to) : Plain(digits, point, to));
    }

    /// <summary>The fewest digits that read back as this number, with no zero at either end; the value is 0.d1d2d3… × 10^point.</summary>
    private static int ShortestDigits(double value, Span<byte> digits, out int point)
    {
        Span<byte> buffer = stackalloc byte[LengthMax];
        var text = RoundTrip(value, buffer);
        var exponentAt = text.IndexOf((byte)'E');
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var dot = mantissa.IndexOf((byte)'.');
        var whole = dot < 0 ? mantissa : mantissa[..dot];
        whole.CopyTo(digits);
        var count = whole.Length;
        if (dot >= 0)
        {
            mantissa[(dot + 1)..].CopyTo(digits[count..]);
            count += mantissa.Length - dot - 1;
        }

        var significant = digits[..count].TrimStart((byte)'0');
        point = whole.Length - (count - significant.Length);
        if (exponentAt >= 0)
        {
            point += int.Parse(text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        significant = significant.TrimEnd((byte)'0');
        significant.CopyTo(digits);
        return significant.Length;
    }

    private static ReadOnlySpan<byte> RoundTrip(double value, Span<byte> buffer)
    {
        value.TryFormat(buffer, out var length, "R", CultureInfo.InvariantCulture);

        // .NET 10 gives some powers of two, 2^-25 among them, a digit too few, and the text reads back as the number before; 17 will do.
        if (double.Parse(buffer[..length], NumberStyles.Float, CultureInfo.InvariantCulture) != value)
        {
            value.TryFormat(buffer, out length, "E16", CultureInfo.InvariantCulture);
        }

        return buffer[..length];
    }

    private static int Plain(ReadOnlySpan<byte> digits, int point, Span<byte> to)
    {
        if (point <= 0)
        {
            "0."u8.CopyTo(to);
            to.Slice(2, -point).Fill((byte)'0');
            digits.CopyTo(to[(2 - point)..]);
            return 2 - point + digits.Length;
        }

        if (point >= digits.Length)
        {
            digits.CopyTo(to);
            to[digits.Length..point].Fill((byte)'0');
            return point;
        }

        digits[..point].CopyTo(to);
        to[point] = (byte)'.';
        digits[point..].CopyTo(to[(point + 1)..]);
        return digits.Length + 1;
    }

    private static int Scientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> to)
    {
        to[0] = digits[0];
        var length = 1;
        if (digits.Length > 1)
        {
            to[length++] = (byte)'.';
            digits[1..].CopyTo(to[length..]);
            length += digits.Length - 1;
        }

        to[length++] = (byte)'e';
        to[length++] = (byte)(exponent < 0 ? '-' : '+');
        Math.Abs(exponent).TryFormat(to[length..], out var written, provider: CultureInfo.InvariantCulture);
        return length + written;
    }
}
