using System.Text.Json;

namespace Hms.Protocol.Schema.Rules;

/// <summary><c>allOf</c>.</summary>
internal sealed class AllOfRule : Rule
{
    public Subschema[] Schemas { get; set; } = [];

    public override IEnumerable<Subschema> InPlace => Schemas;

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        var valid = true;
        foreach (var schema in Schemas)
        {
            valid &= schema.Check(value, ref walk);
            if (!valid && !walk.Collecting) return false;
        }

        return valid;
    }
}

/// <summary><c>anyOf</c>.</summary>
internal sealed class AnyOfRule : Rule
{
    public Subschema[] Schemas { get; set; } = [];

    public override IEnumerable<Subschema> InPlace => Schemas;

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        foreach (var schema in Schemas)
        {
            if (walk.Ask(schema, value)) return true;
        }

        // A lone alternative can say itself what is wrong.
        if (Schemas.Length == 1) return Schemas[0].Check(value, ref walk);
        return walk.Collecting && walk.Fail($"must match at least one of {Schemas.Length} alternatives, matches none");
    }
}

/// <summary><c>oneOf</c>.</summary>
internal sealed class OneOfRule : Rule
{
    public Subschema[] Schemas { get; set; } = [];

    public override IEnumerable<Subschema> InPlace => Schemas;

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        var matches = 0;
        foreach (var schema in Schemas)
        {
            if (walk.Ask(schema, value)) matches++;
        }

        if (matches == 1) return true;
        if (Schemas.Length == 1) return Schemas[0].Check(value, ref walk);
        return walk.Collecting
            && walk.Fail($"must match exactly one of {Schemas.Length} alternatives, matches {(matches == 0 ? "none" : matches)}");
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotRule : Rule
{
    public Subschema? Schema { get; set; }

    public override IEnumerable<Subschema> InPlace => [Schema!];

    public override bool Check(in JsonElement value, ref Walk walk) =>
        !walk.Ask(Schema!, value) || (walk.Collecting && walk.Fail("must not be of the kind that is ruled out here"));
}

/// <summary><c>if</c>, <c>then</c>, <c>else</c>.</summary>
internal sealed class ConditionRule : Rule
{
    public Subschema? If { get; set; }

    public Subschema? Then { get; set; }

    public Subschema? Else { get; set; }

    public override IEnumerable<Subschema> InPlace => If is null ? [] : new[] { If, Then, Else }.OfType<Subschema>();

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (If is null) return true;
        var branch = walk.Ask(If, value) ? Then : Else;
        return branch is null || branch.Check(value, ref walk);
    }
}

/// <summary><c>$ref</c>.</summary>
internal sealed class RefRule : Rule
{
    /// <summary>The schema referred to, known once the whole document has been read.</summary>
    public Subschema? Target { get; set; }

    public override IEnumerable<Subschema> InPlace => Target is null ? [] : [Target];

    public override bool Check(in JsonElement value, ref Walk walk) => Target!.Check(value, ref walk);
}
