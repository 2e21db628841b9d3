using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Json;
using Hms.Protocol.Schema.Formats;
using Hms.Protocol.Schema.Rules;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema;

/// <summary>
/// Every keyword that is understood, and what it does to the schema it stands in. What is not in this table is refused: the dynamic
/// references, <c>$vocabulary</c>, <c>unevaluatedItems</c>, <c>unevaluatedProperties</c> and all unknown ones.
/// </summary>
internal static class Keywords
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    public static readonly FrozenDictionary<string, Action<Keyword>> Table = new Dictionary<string, Action<Keyword>>
    {
        // Any value.
        ["type"] = k => k.Rule<TypeRule>().Allowed = Types(k),
        ["enum"] = k => k.Rule<EnumRule>().Values = k.Items(),
        ["const"] = k => k.Rule<ConstRule>().Value = k.Value,
        ["allOf"] = k => k.Rule<AllOfRule>().Schemas = k.Schemas(),
        ["anyOf"] = k => k.Rule<AnyOfRule>().Schemas = k.Schemas(),
        ["oneOf"] = k => k.Rule<OneOfRule>().Schemas = k.Schemas(),
        ["not"] = k => k.Rule<NotRule>().Schema = k.Schema(),
        ["if"] = k => k.Rule<ConditionRule>().If = k.Schema(),
        ["then"] = k => k.Rule<ConditionRule>().Then = k.Schema(),
        ["else"] = k => k.Rule<ConditionRule>().Else = k.Schema(),

        // Numbers.
        ["minimum"] = k => k.Rule<RangeRule>().Minimum = k.Bound(),
        ["maximum"] = k => k.Rule<RangeRule>().Maximum = k.Bound(),
        ["exclusiveMinimum"] = k => k.Rule<RangeRule>().Above = k.Bound(),
        ["exclusiveMaximum"] = k => k.Rule<RangeRule>().Below = k.Bound(),
        ["multipleOf"] = Divisor,

        // Strings.
        ["minLength"] = k => k.Rule<LengthRule>().Min = k.Count(),
        ["maxLength"] = k => k.Rule<LengthRule>().Max = k.Count(),
        ["pattern"] = k => k.Rule<PatternRule>().Pattern = k.Pattern(),
        ["format"] = k => k.Rule<FormatRule>().Format = NamedFormat(k),

        // Arrays.
        ["prefixItems"] = k => k.Rule<ItemsRule>().Prefix = k.Schemas(),
        ["items"] = k => k.Rule<ItemsRule>().Rest = k.Schema(),
        ["contains"] = k => k.Rule<ContainsRule>().Schema = k.Schema(),
        ["minContains"] = k => k.Rule<ContainsRule>().Min = k.Count(),
        ["maxContains"] = k => k.Rule<ContainsRule>().Max = k.Count(),
        ["minItems"] = k => k.Rule<ItemCountRule>().Min = k.Count(),
        ["maxItems"] = k => k.Rule<ItemCountRule>().Max = k.Count(),
        ["uniqueItems"] = k => k.Rule<UniqueRule>().Wanted = k.Flag(),

        // Objects.
        ["properties"] = Properties,
        ["patternProperties"] = PatternProperties,
        ["additionalProperties"] = k => k.Rule<MembersRule>().Additional = k.Schema(),
        ["propertyNames"] = k => k.Rule<NamesRule>().Schema = k.Schema(),
        ["required"] = Required,
        ["dependentRequired"] = DependentRequired,
        ["dependentSchemas"] = DependentSchemas,
        ["minProperties"] = k => k.Rule<MemberCountRule>().Min = k.Count(),
        ["maxProperties"] = k => k.Rule<MemberCountRule>().Max = k.Count(),

        // Names and references. An $id has been read before all others.
        ["$id"] = _ => { },
        ["$anchor"] = k => k.Anchor(),
        ["$ref"] = k => k.Reference(),
        ["$defs"] = Definitions,
        ["$schema"] = CheckDialect,

        // Annotations: well-formed, and without effect.
        ["title"] = k => k.Text(),
        ["description"] = k => k.Text(),
        ["default"] = _ => { },
        ["examples"] = k => k.Items(),
        ["deprecated"] = k => k.Flag(),
        ["readOnly"] = k => k.Flag(),
        ["writeOnly"] = k => k.Flag(),
        ["$comment"] = k => k.Text(),
        ["contentEncoding"] = k => k.Text(),
        ["contentMediaType"] = k => k.Text(),
        ["contentSchema"] = k => k.Schema(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static JsonTypes Types(Keyword keyword)
    {
        var names = keyword.Value.ValueKind == JsonValueKind.String ? [keyword.Text()!] : keyword.Names();
        if (names.Count == 0 && keyword.Value.ValueKind == JsonValueKind.Array) keyword.Report("must not be empty");
        var types = JsonTypes.None;
        foreach (var name in names)
        {
            var type = TypeRule.Named(name);
            if (type == JsonTypes.None) keyword.Report($"names the unknown type {Show.Name(name)}");
            types |= type;
        }

        return types;
    }

    private static void Divisor(Keyword keyword)
    {
        if (keyword.Value.ValueKind == JsonValueKind.Number)
        {
            var number = new JsonNumber(JsonMarshal.GetRawUtf8Value(keyword.Value));
            if (!number.IsNegative && !number.IsZero)
            {
                if (number.DigitCount <= JsonSchemaLimits.DivisorDigitsMax) keyword.Rule<MultipleRule>().SetDivisor(keyword.Value);
                else keyword.Report($"must have at most {JsonSchemaLimits.DivisorDigitsMax} digits, has {number.DigitCount}");
                return;
            }
        }

        keyword.Report($"must be a number greater than 0, is {Show.Value(keyword.Value)}");
    }

    private static Format? NamedFormat(Keyword keyword)
    {
        if (keyword.Text() is not { } name) return null;
        if (Format.All.TryGetValue(name, out var format)) return format;
        var known = string.Join(", ", Format.All.Keys.Order(StringComparer.Ordinal));
        keyword.Report($"names the unknown format {Show.Name(name)}; known are {known}");
        return null;
    }

    private static void Properties(Keyword keyword)
    {
        foreach (var (name, value) in keyword.Members()) keyword.Rule<MembersRule>().Known(name).Schema = value.Schema();
    }

    private static void PatternProperties(Keyword keyword)
    {
        foreach (var (name, value) in keyword.Members())
        {
            var schema = value.Schema();
            if (value.PatternNamed(name) is { } pattern) keyword.Rule<MembersRule>().AddPattern(pattern, schema);
        }
    }

    private static void Required(Keyword keyword)
    {
        foreach (var name in keyword.Names()) keyword.Rule<MembersRule>().Known(name).Required = true;
    }

    private static void DependentRequired(Keyword keyword)
    {
        var members = keyword.Rule<MembersRule>();
        foreach (var (name, value) in keyword.Members()) members.Known(name).Needs.AddRange(value.Names().Select(members.Known));
    }

    private static void DependentSchemas(Keyword keyword)
    {
        foreach (var (name, value) in keyword.Members()) keyword.Rule<MembersRule>().Known(name).WhenPresent = value.Schema();
    }

    private static void Definitions(Keyword keyword)
    {
        foreach (var (_, value) in keyword.Members()) value.Schema();
    }

    private static void CheckDialect(Keyword keyword)
    {
        if (keyword.Text() is { } dialect && dialect is not (Dialect or Dialect + "#"))
            keyword.Report($"must be {Dialect}, is {Show.Name(dialect)}");
    }
}
