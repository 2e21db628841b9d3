using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema.Rules;

/// <summary>A number in a schema, with its text and, where it has one, its value as a <see cref="long"/> for a quick comparison.</summary>
internal sealed class Bound(JsonElement number)
{
    private readonly byte[] _json = JsonMarshal.GetRawUtf8Value(number).ToArray();
    private readonly long? _small = number.TryGetInt64(out var small) ? small : null;

    public int CompareTo(in JsonElement value) =>
        _small is { } small && value.TryGetInt64(out var other)
            ? small.CompareTo(other)
            : new JsonNumber(_json).CompareTo(new JsonNumber(JsonMarshal.GetRawUtf8Value(value)));

    public override string ToString() => Encoding.UTF8.GetString(_json);
}

/// <summary><c>minimum</c>, <c>maximum</c>, <c>exclusiveMinimum</c>, <c>exclusiveMaximum</c>.</summary>
internal sealed class RangeRule : Rule
{
    public Bound? Minimum { get; set; }

    public Bound? Maximum { get; set; }

    public Bound? Above { get; set; }

    public Bound? Below { get; set; }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.Number) return true;
        if (!walk.Spend(1 + (JsonMarshal.GetRawUtf8Value(value).Length >> 4))) return false;
        var valid = true;
        if (Minimum?.CompareTo(value) > 0) valid = walk.Collecting && walk.Fail($"must be at least {Minimum}, is {Show.Value(value)}");
        if (Maximum?.CompareTo(value) < 0) valid = walk.Collecting && walk.Fail($"must be at most {Maximum}, is {Show.Value(value)}");
        if (Above?.CompareTo(value) >= 0) valid = walk.Collecting && walk.Fail($"must be greater than {Above}, is {Show.Value(value)}");
        if (Below?.CompareTo(value) <= 0) valid = walk.Collecting && walk.Fail($"must be less than {Below}, is {Show.Value(value)}");
        return valid;
    }
}

/// <summary><c>multipleOf</c>, exact for fractions and for numbers of any size.</summary>
internal sealed class MultipleRule : Rule
{
    // Up to here the square of the divisor's digits fits in 128 bits.
    private const int SmallDigits = 19;

    private BigInteger _digits;
    private UInt128 _smallDigits;
    private bool _isSmall;
    private long _scale;
    private long? _small;
    private string _shown = "";

    /// <summary>Takes a number greater than 0 of at most <see cref="JsonSchemaLimits.DivisorDigitsMax"/> digits.</summary>
    public void SetDivisor(in JsonElement divisor)
    {
        _digits = new JsonNumber(JsonMarshal.GetRawUtf8Value(divisor)).ToDigits(out _scale);
        _isSmall = _digits < BigInteger.Pow(10, SmallDigits);
        _smallDigits = _isSmall ? (UInt128)_digits : 0;
        _small = divisor.TryGetInt64(out var small) ? small : null;
        _shown = Show.Value(divisor);
    }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.Number) return true;
        if (!walk.Spend(1 + JsonMarshal.GetRawUtf8Value(value).Length)) return false;
        return IsMultiple(value) || (walk.Collecting && walk.Fail($"must be a multiple of {_shown}, is {Show.Value(value)}"));
    }

    private bool IsMultiple(in JsonElement value)
    {
        // -1 % small never overflows, for small is greater than 0.
        if (_small is { } small && value.TryGetInt64(out var integer)) return integer % small == 0;
        var number = new JsonNumber(JsonMarshal.GetRawUtf8Value(value));
        return _isSmall ? number.IsMultipleOf(_smallDigits, _scale) : number.IsMultipleOf(_digits, _scale);
    }
}
