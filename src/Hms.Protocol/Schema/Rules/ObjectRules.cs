using System.Text.Json;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema.Rules;

/// <summary><c>minProperties</c> and <c>maxProperties</c>.</summary>
internal sealed class MemberCountRule : Rule
{
    public long Min { get; set; }

    public long Max { get; set; } = long.MaxValue;

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var count = value.GetPropertyCount();
        if (count < Min) return walk.Collecting && walk.Fail($"must have at least {Show.Count(Min, "member")}, has {count}");
        if (count > Max) return walk.Collecting && walk.Fail($"must have at most {Show.Count(Max, "member")}, has {count}");
        return true;
    }
}

/// <summary><c>propertyNames</c>.</summary>
internal sealed class NamesRule : Rule
{
    public Subschema? Schema { get; set; }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.Object || Schema is null) return true;
        var valid = true;
        foreach (var member in value.EnumerateObject())
        {
            var rawName = ElementText.RawName(member);
            walk.Down(rawName);
            valid &= walk.CheckName(Schema, AsString(rawName));
            walk.Up();
            if (!valid && !walk.Collecting) return false;
        }

        return valid;
    }

    // A member's name is no value of its own in System.Text.Json; a schema wants one.
    private static JsonElement AsString(ReadOnlySpan<byte> rawName)
    {
        byte[] quoted = [(byte)'"', .. rawName, (byte)'"'];
        var reader = new Utf8JsonReader(quoted);
        return JsonElement.ParseValue(ref reader);
    }
}
