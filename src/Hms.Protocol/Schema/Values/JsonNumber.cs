using System.Numerics;

namespace Hms.Protocol.Schema.Values;

/// <summary>
/// A JSON number of any size, read from its text without rounding: sign, significant digits and the place of the decimal point.
/// Costs time linear in the digits written, never in the exponent: <c>1e1000000000</c> is five digits of work.
/// </summary>
internal readonly ref struct JsonNumber
{
    /// <summary>Exponents beyond this are taken as this; no message can write out the digits to tell them apart.</summary>
    private const long ExponentCap = 1_000_000_000_000_000;

    // The significant digits are whole followed by fraction, without leading or trailing zeros; both are empty for zero.
    private readonly ReadOnlySpan<byte> _whole;
    private readonly ReadOnlySpan<byte> _fraction;
    private readonly bool _negative;

    // The value is 0.d1d2d3… × 10^_point.
    private readonly long _point;

    /// <summary>Reads a number from its JSON text, which a JSON reader has already found well-formed.</summary>
    public JsonNumber(ReadOnlySpan<byte> json)
    {
        _negative = json[0] == '-';
        var text = _negative ? json[1..] : json;
        var exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        var exponent = exponentAt < 0 ? 0 : ReadExponent(text[(exponentAt + 1)..]);
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var dot = mantissa.IndexOf((byte)'.');
        var whole = (dot < 0 ? mantissa : mantissa[..dot]).TrimStart((byte)'0');
        var fraction = (dot < 0 ? default : mantissa[(dot + 1)..]).TrimEnd((byte)'0');
        var leading = whole.IsEmpty ? fraction.Length - fraction.TrimStart((byte)'0').Length : 0;
        _point = exponent + whole.Length - leading;
        _fraction = fraction[leading..];
        _whole = _fraction.IsEmpty ? whole.TrimEnd((byte)'0') : whole;
        if (!IsZero) return;
        _negative = false;
        _point = 0;
    }

    public bool IsZero => DigitCount == 0;

    public bool IsNegative => _negative;

    /// <summary>Whether the value has no fraction: <c>1.0</c> and <c>1e400</c> are integers.</summary>
    public bool IsInteger => IsZero || _point >= DigitCount;

    /// <summary>Significant digits.</summary>
    public int DigitCount => _whole.Length + _fraction.Length;

    // The value is an integer without trailing zeros × 10^Scale.
    private long Scale => _point - DigitCount;

    public int CompareTo(JsonNumber other)
    {
        var sign = Sign.CompareTo(other.Sign);
        if (sign != 0 || IsZero) return sign;
        var magnitude = CompareMagnitude(other);
        return _negative ? -magnitude : magnitude;
    }

    /// <summary>Equal for numbers of equal value, however they are written.</summary>
    public void AddTo(ref HashCode hash)
    {
        hash.Add(Sign);
        hash.Add(_point);
        for (var i = 0; i < DigitCount; i++) hash.Add(Digit(i));
    }

    /// <summary>The value of an integer, or the nearest <see cref="long"/> where it is out of range.</summary>
    public long ToInt64Saturated()
    {
        if (_point > 19) return _negative ? long.MinValue : long.MaxValue;
        Int128 value = 0;
        for (var i = 0; i < _point; i++) value = (value * 10) + (i < DigitCount ? Digit(i) : 0);
        return long.CreateSaturating(_negative ? -value : value);
    }

    /// <summary>Splits a positive number into an integer without trailing zeros and a power of ten.</summary>
    public BigInteger ToDigits(out long scale)
    {
        scale = Scale;
        var digits = BigInteger.Zero;
        for (var i = 0; i < DigitCount; i++) digits = (digits * 10) + Digit(i);
        return digits;
    }

    /// <summary>Whether this is an integer times <paramref name="divisor"/> × 10^<paramref name="divisorScale"/>.</summary>
    /// <typeparam name="T">Holds the square of the divisor, and the divisor times a thousand million, without overflow.</typeparam>
    public bool IsMultipleOf<T>(T divisor, long divisorScale)
        where T : INumber<T>
    {
        if (IsZero) return true;
        var zeros = Scale - divisorScale;

        // Fewer than none: this would have to end in zeros, which the digits never do.
        if (zeros < 0) return false;
        var rest = Remainder(divisor);
        return T.IsZero(rest * PowerOfTen(zeros, divisor) % divisor);
    }

    private T Remainder<T>(T divisor)
        where T : INumber<T>
    {
        var rest = T.Zero;
        for (var i = 0; i < DigitCount;)
        {
            int chunk = 0, weight = 1;
            for (; weight < 1_000_000_000 && i < DigitCount; i++, weight *= 10) chunk = (chunk * 10) + Digit(i);
            rest = ((rest * T.CreateChecked(weight)) + T.CreateChecked(chunk)) % divisor;
        }

        return rest;
    }

    private static T PowerOfTen<T>(long exponent, T modulus)
        where T : INumber<T>
    {
        var power = T.One % modulus;
        var square = T.CreateChecked(10) % modulus;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) == 1) power = power * square % modulus;
            square = square * square % modulus;
        }

        return power;
    }

    private int Sign => IsZero ? 0 : _negative ? -1 : 1;

    private int Digit(int index) => (index < _whole.Length ? _whole[index] : _fraction[index - _whole.Length]) - '0';

    private int CompareMagnitude(JsonNumber other)
    {
        if (_point != other._point) return _point.CompareTo(other._point);
        var shared = Math.Min(DigitCount, other.DigitCount);
        for (var i = 0; i < shared; i++)
        {
            var difference = Digit(i) - other.Digit(i);
            if (difference != 0) return difference;
        }

        return DigitCount.CompareTo(other.DigitCount);
    }

    private static long ReadExponent(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == '-';
        long exponent = 0;
        foreach (var c in text[0] is (byte)'-' or (byte)'+' ? text[1..] : text)
            exponent = Math.Min((exponent * 10) + (c - '0'), ExponentCap);
        return negative ? -exponent : exponent;
    }
}
