using System.Collections.Frozen;

namespace Hms.Protocol.Schema.Patterns;

/// <summary>
/// The Unicode properties that a pattern may name in <c>\p{…}</c>: general categories (short or long name), ASCII and Any.
/// </summary>
internal static class UnicodeProperties
{
    private static readonly FrozenDictionary<string, string> Categories = Table(
        "L Letter", "Lu Uppercase_Letter", "Ll Lowercase_Letter", "Lt Titlecase_Letter", "Lm Modifier_Letter", "Lo Other_Letter",
        "M Mark Combining_Mark", "Mn Nonspacing_Mark", "Mc Spacing_Mark", "Me Enclosing_Mark",
        "N Number", "Nd Decimal_Number digit", "Nl Letter_Number", "No Other_Number",
        "P Punctuation punct", "Pc Connector_Punctuation", "Pd Dash_Punctuation", "Ps Open_Punctuation", "Pe Close_Punctuation",
        "Pi Initial_Punctuation", "Pf Final_Punctuation", "Po Other_Punctuation",
        "S Symbol", "Sm Math_Symbol", "Sc Currency_Symbol", "Sk Modifier_Symbol", "So Other_Symbol",
        "Z Separator", "Zs Space_Separator", "Zl Line_Separator", "Zp Paragraph_Separator",
        "C Other", "Cc Control cntrl", "Cf Format", "Cs Surrogate", "Co Private_Use", "Cn Unassigned");

    /// <summary>The set of a property, or null for one that is not supported.</summary>
    public static CodePoints? Find(string name, bool negated)
    {
        var value = name;
        foreach (var prefix in (ReadOnlySpan<string>)["General_Category=", "gc="])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)) value = name[prefix.Length..];
        }

        if (Categories.TryGetValue(value, out var category)) return new CodePoints().AddCategory(category, negated);
        CodePoints? set = name switch
        {
            "ASCII" => new CodePoints().Add(0, 0x7F),
            "Any" => new CodePoints().Add(0, 0x10FFFF),
            _ => null,
        };
        return negated ? set?.Negate() : set;
    }

    private static FrozenDictionary<string, string> Table(params string[] rows) => rows
        .Select(row => row.Split(' '))
        .SelectMany(names => names.Select(name => KeyValuePair.Create(name, names[0])))
        .ToFrozenDictionary(StringComparer.Ordinal);
}
