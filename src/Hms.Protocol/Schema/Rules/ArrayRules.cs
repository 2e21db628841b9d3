using System.Runtime.InteropServices;
using System.Text.Json;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema.Rules;

/// <summary><c>prefixItems</c> and <c>items</c>.</summary>
internal sealed class ItemsRule : Rule
{
    public Subschema[] Prefix { get; set; } = [];

    public Subschema? Rest { get; set; }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var valid = true;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var schema = index < Prefix.Length ? Prefix[index] : Rest;
            if (schema is null) break;
            walk.Down(index++);
            valid &= schema.Check(item, ref walk);
            walk.Up();
            if (!valid && !walk.Collecting) return false;
        }

        return valid;
    }
}

/// <summary><c>contains</c>, <c>minContains</c>, <c>maxContains</c>.</summary>
internal sealed class ContainsRule : Rule
{
    public Subschema? Schema { get; set; }

    public long Min { get; set; } = 1;

    public long Max { get; set; } = long.MaxValue;

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.Array || Schema is null) return true;
        var found = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (walk.Ask(Schema, item)) found++;
        }

        if (found >= Min && found <= Max) return true;
        return walk.Collecting && walk.Fail(
            found < Min
                ? $"must contain at least {Show.Count(Min, "item")} of the kind asked for, has {found}"
                : $"must contain at most {Show.Count(Max, "item")} of the kind asked for, has {found}");
    }
}

/// <summary><c>minItems</c> and <c>maxItems</c>.</summary>
internal sealed class ItemCountRule : Rule
{
    public long Min { get; set; }

    public long Max { get; set; } = long.MaxValue;

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var count = value.GetArrayLength();
        if (count < Min) return walk.Collecting && walk.Fail($"must have at least {Show.Count(Min, "item")}, has {count}");
        if (count > Max) return walk.Collecting && walk.Fail($"must have at most {Show.Count(Max, "item")}, has {count}");
        return true;
    }
}

/// <summary><c>uniqueItems</c>.</summary>
internal sealed class UniqueRule : Rule
{
    // Up to here comparing each with each is cheaper than building a table.
    private const int FewItems = 16;

    public bool Wanted { get; set; }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (!Wanted || value.ValueKind != JsonValueKind.Array) return true;
        if (!walk.Spend(1 + (JsonMarshal.GetRawUtf8Value(value).Length >> 2))) return false;
        var count = value.GetArrayLength();
        if (count < 2) return true;
        return count <= FewItems && !walk.Collecting ? AreFewUnique(value) : AreManyUnique(value, count, ref walk);
    }

    private static bool AreFewUnique(in JsonElement array)
    {
        var seen = 0;
        foreach (var item in array.EnumerateArray())
        {
            var earlier = array.EnumerateArray();
            for (var i = 0; i < seen; i++)
            {
                earlier.MoveNext();
                if (JsonEquality.AreEqual(item, earlier.Current)) return false;
            }

            seen++;
        }

        return true;
    }

    private static bool AreManyUnique(in JsonElement array, int count, ref Walk walk)
    {
        var seen = new Dictionary<JsonElement, int>(count, JsonEquality.Comparer);
        var index = 0;
        var valid = true;
        foreach (var item in array.EnumerateArray())
        {
            if (!seen.TryAdd(item, index))
            {
                if (!walk.Collecting) return false;
                walk.Down(index);
                valid = walk.Fail($"must not repeat item {seen[item]}");
                walk.Up();
            }

            index++;
        }

        return valid;
    }
}
