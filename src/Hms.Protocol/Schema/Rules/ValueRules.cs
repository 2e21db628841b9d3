using System.Runtime.InteropServices;
using System.Text.Json;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema.Rules;

/// <summary><c>const</c>.</summary>
internal sealed class ConstRule : Rule
{
    public JsonElement Value { get; set; }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (!walk.Spend(1 + (JsonMarshal.GetRawUtf8Value(value).Length >> 4))) return false;
        return JsonEquality.AreEqual(value, Value)
            || (walk.Collecting && walk.Fail($"must be {Show.Value(Value)}, is {Show.Value(value)}"));
    }
}

/// <summary><c>enum</c>.</summary>
internal sealed class EnumRule : Rule
{
    // Up to here comparing with each is cheaper than a hash.
    private const int FewValues = 8;

    private HashSet<JsonElement>? _many;

    public JsonElement[] Values { get; set; } = [];

    public override void Seal() => _many = Values.Length > FewValues ? new HashSet<JsonElement>(Values, JsonEquality.Comparer) : null;

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (!walk.Spend(1 + (JsonMarshal.GetRawUtf8Value(value).Length >> 4))) return false;
        return (_many?.Contains(value) ?? IsAmongFew(value))
            || (walk.Collecting && walk.Fail($"must be one of {Show.Values(Values)}, is {Show.Value(value)}"));
    }

    private bool IsAmongFew(in JsonElement value)
    {
        foreach (var allowed in Values)
        {
            if (JsonEquality.AreEqual(value, allowed)) return true;
        }

        return false;
    }
}

/// <summary>The schema <c>false</c>.</summary>
internal sealed class NeverRule : Rule
{
    public override bool Check(in JsonElement value, ref Walk walk) => walk.Collecting && walk.Fail("is not allowed");
}
