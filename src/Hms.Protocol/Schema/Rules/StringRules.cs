using System.Text.Json;
using Hms.Protocol.Schema.Formats;
using Hms.Protocol.Schema.Patterns;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema.Rules;

/// <summary><c>minLength</c> and <c>maxLength</c>, in Unicode code points.</summary>
internal sealed class LengthRule : Rule
{
    public long Min { get; set; }

    public long Max { get; set; } = long.MaxValue;

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.String) return true;
        var raw = ElementText.Raw(value);
        if (!walk.Spend(1 + (raw.Length >> 4))) return false;
        var length = ElementText.CountCodePoints(raw);
        if (length >= Min && length <= Max) return true;
        if (length == 0 && Min == 1) return walk.Collecting && walk.Fail("must not be empty");
        return walk.Collecting && walk.Fail(
            length < Min
                ? $"must have at least {Show.Count(Min, "character")}, has {length}"
                : $"must have at most {Show.Count(Max, "character")}, has {length}");
    }
}

/// <summary><c>pattern</c>.</summary>
internal sealed class PatternRule : Rule
{
    public Pattern? Pattern { get; set; }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.String) return true;
        var text = new ElementText(stackalloc char[ElementText.StackChars]);
        var matches = Pattern!.IsMatch(text.Decode(ElementText.Raw(value)), ref walk);
        text.Return();
        return matches || (walk.Collecting && walk.Fail($"must match the pattern {Pattern.Source}, is {Show.Value(value)}"));
    }
}

/// <summary><c>format</c>.</summary>
internal sealed class FormatRule : Rule
{
    public Format? Format { get; set; }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.String) return true;
        var raw = ElementText.Raw(value);
        if (!walk.Spend(1 + (raw.Length >> 4))) return false;
        var text = new ElementText(stackalloc char[ElementText.StackChars]);
        var valid = Format!.IsValid(text.Decode(raw));
        text.Return();
        return valid || (walk.Collecting && walk.Fail($"must be {Format.Description}, is {Show.Value(value)}"));
    }
}
