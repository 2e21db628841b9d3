using System.Runtime.InteropServices;
using System.Text.Json;
using Hms.Protocol.Schema.Patterns;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema.Rules;

/// <summary>
/// <c>properties</c>, <c>patternProperties</c>, <c>additionalProperties</c>, <c>required</c>, <c>dependentRequired</c>,
/// <c>dependentSchemas</c>. One rule, because one pass over the members answers them all.
/// </summary>
internal sealed class MembersRule : Rule
{
    // Bits for the names seen are kept on the stack up to this many words.
    private const int StackWords = 4;

    private readonly Dictionary<string, KnownMember> _known = new(StringComparer.Ordinal);
    private readonly List<(Pattern Pattern, Subschema Schema)> _patterns = [];
    private KnownMember[] _demanding = [];
    private bool _looksAtMembers;

    public Subschema? Additional { get; set; }

    public override IEnumerable<Subschema> InPlace => _known.Values.Select(member => member.WhenPresent).OfType<Subschema>();

    /// <summary>What is said of a name, made at its first mention.</summary>
    public KnownMember Known(string name)
    {
        ref var member = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, name, out _);
        return member ??= new KnownMember(name, _known.Count - 1);
    }

    public void AddPattern(Pattern pattern, Subschema schema) => _patterns.Add((pattern, schema));

    public override void Seal()
    {
        _demanding = [.. _known.Values.Where(m => m.Required || m.WhenPresent is not null || m.Needs.Count > 0)];
        _looksAtMembers = _known.Count > 0 || _patterns.Count > 0 || Additional is not null;
    }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        if (value.ValueKind != JsonValueKind.Object || !_looksAtMembers) return true;
        if (!walk.Spend(value.GetPropertyCount() + _demanding.Length)) return false;
        var words = (_known.Count + 63) >> 6;
        var seen = words <= StackWords ? stackalloc ulong[StackWords] : new ulong[words];
        seen.Clear();
        var valid = CheckMembers(value, seen, ref walk);
        if (!valid && !walk.Collecting) return false;
        return CheckDemands(value, seen, ref walk) && valid;
    }

    private static bool Has(ReadOnlySpan<ulong> seen, KnownMember member) => (seen[member.Index >> 6] & (1UL << (member.Index & 63))) != 0;

    private bool CheckMembers(in JsonElement value, Span<ulong> seen, ref Walk walk)
    {
        var names = _known.GetAlternateLookup<ReadOnlySpan<char>>();
        var text = new ElementText(stackalloc char[ElementText.StackChars]);
        var valid = true;
        foreach (var member in value.EnumerateObject())
        {
            var rawName = ElementText.RawName(member);
            var name = text.Decode(rawName);
            walk.Down(rawName);
            if (names.TryGetValue(name, out var known)) seen[known.Index >> 6] |= 1UL << (known.Index & 63);
            valid &= CheckMember(member.Value, name, known?.Schema, ref walk);
            walk.Up();
            if (!valid && !walk.Collecting) break;
        }

        text.Return();
        return valid;
    }

    private bool CheckMember(in JsonElement value, ReadOnlySpan<char> name, Subschema? schema, ref Walk walk)
    {
        var valid = schema is null || schema.Check(value, ref walk);
        var matched = schema is not null;
        foreach (var (pattern, patternSchema) in _patterns)
        {
            if (!pattern.IsMatch(name, ref walk)) continue;
            matched = true;
            valid &= patternSchema.Check(value, ref walk);
        }

        return matched || Additional is null ? valid : Additional.Check(value, ref walk);
    }

    private bool CheckDemands(in JsonElement value, ReadOnlySpan<ulong> seen, ref Walk walk)
    {
        var valid = true;
        foreach (var member in _demanding)
        {
            if (!Has(seen, member))
            {
                if (member.Required) valid = walk.Collecting && walk.FailAt(member.Name, "is required");
            }
            else
            {
                valid &= CheckNeeds(member, seen, ref walk);
                if (member.WhenPresent is not null) valid &= member.WhenPresent.Check(value, ref walk);
            }

            if (!valid && !walk.Collecting) return false;
        }

        return valid;
    }

    private static bool CheckNeeds(KnownMember member, ReadOnlySpan<ulong> seen, ref Walk walk)
    {
        if (!walk.Spend(member.Needs.Count)) return false;
        var valid = true;
        foreach (var needed in member.Needs)
        {
            if (Has(seen, needed)) continue;
            valid = walk.Collecting && walk.FailAt(needed.Name, $"is required where {Show.Name(member.Name)} is given");
        }

        return valid;
    }
}

/// <summary>What a schema says of one member by its name.</summary>
/// <param name="name">The member's name.</param>
/// <param name="index">Its number among the names of the same rule.</param>
internal sealed class KnownMember(string name, int index)
{
    public string Name { get; } = name;

    public int Index { get; } = index;

    public Subschema? Schema { get; set; }

    public bool Required { get; set; }

    /// <summary>The schema that the whole object must obey where this member is present.</summary>
    public Subschema? WhenPresent { get; set; }

    /// <summary>The members that must be there where this one is.</summary>
    public List<KnownMember> Needs { get; } = [];
}
