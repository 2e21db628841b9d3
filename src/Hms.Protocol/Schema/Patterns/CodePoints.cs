using System.Globalization;
using System.Text;

namespace Hms.Protocol.Schema.Patterns;

/// <summary>
/// A set of Unicode code points, as a character class means it. .NET matches UTF-16 units; written out by this class a set matches
/// whole code points, those beyond U+FFFF too. General categories are the exception: they hold for U+0000–U+FFFF only.
/// </summary>
internal sealed class CodePoints
{
    private const int Last = 0x10FFFF;
    private const string Halves = @"\uD800-\uDFFF";

    private readonly List<(int From, int To)> _ranges = [];
    private readonly StringBuilder _categories = new();

    public static CodePoints Digits => new CodePoints().Add('0', '9');

    public static CodePoints WordCharacters => new CodePoints().Add('0', '9').Add('A', 'Z').Add('_', '_').Add('a', 'z');

    /// <summary>ECMA-262's WhiteSpace and LineTerminator.</summary>
    public static CodePoints Spaces => new CodePoints()
        .Add('\t', '\r').Add(' ', ' ').Add(0xA0, 0xA0).Add(0x1680, 0x1680).Add(0x2000, 0x200A)
        .Add(0x2028, 0x2029).Add(0x202F, 0x202F).Add(0x205F, 0x205F).Add(0x3000, 0x3000).Add(0xFEFF, 0xFEFF);

    public static CodePoints LineTerminators => new CodePoints().Add('\n', '\n').Add('\r', '\r').Add(0x2028, 0x2029);

    /// <summary>The first UTF-16 unit of a code point beyond U+FFFF.</summary>
    public static int High(int codePoint) => 0xD800 + ((codePoint - 0x10000) >> 10);

    /// <summary>The second one.</summary>
    public static int Low(int codePoint) => 0xDC00 + (codePoint & 0x3FF);

    public CodePoints Add(int from, int to)
    {
        _ranges.Add((from, to));
        return this;
    }

    public CodePoints Add(CodePoints other)
    {
        _ranges.AddRange(other._ranges);
        _categories.Append(other._categories);
        return this;
    }

    /// <summary>Adds a general category by its short name, or with <paramref name="negated"/> all others.</summary>
    public CodePoints AddCategory(string category, bool negated)
    {
        _categories.Append(negated ? @"\P{" : @"\p{").Append(category).Append('}');
        if (negated) Add(0x10000, Last);
        return this;
    }

    /// <summary>All other code points; only for a set without categories.</summary>
    public CodePoints Negate()
    {
        var others = new CodePoints();
        var next = 0;
        foreach (var (from, to) in Merged())
        {
            if (from > next) others.Add(next, from - 1);
            next = to + 1;
        }

        return next > Last ? others : others.Add(next, Last);
    }

    /// <summary>The set as a .NET expression that stands for exactly one code point, in or (negated) not in the set.</summary>
    public string ToRegex(bool negated)
    {
        if (negated && _categories.Length == 0) return Negate().ToRegex(negated: false);
        var units = new StringBuilder();
        var pairs = new StringBuilder();
        foreach (var (from, to) in negated ? Negate().Merged() : Merged())
        {
            if (!negated) AppendBasic(units, from, to);
            if (to > 0xFFFF) AppendPairs(pairs, Math.Max(from, 0x10000), to);
        }

        if (negated) Merged().ForEach(range => AppendBasic(units, range.From, range.To));
        units.Append(_categories);
        if (negated) units.Insert(0, '^').Append(Halves);
        else if (_categories.Length > 0) units.Append("-[").Append(Halves).Append(']');
        var single = units.Length == 0 ? "" : $"[{units}]";
        if (pairs.Length == 0) return single.Length == 0 ? "(?!)" : single;
        return single.Length == 0 ? $"(?:{pairs.ToString(1, pairs.Length - 1)})" : $"(?:{single}{pairs})";
    }

    // Halves of surrogate pairs are left out: one never stands for a code point.
    private static void AppendBasic(StringBuilder units, int from, int to)
    {
        if (from < 0xD800) AppendUnits(units, from, Math.Min(to, 0xD7FF));
        if (to > 0xDFFF && from <= 0xFFFF) AppendUnits(units, Math.Max(from, 0xE000), Math.Min(to, 0xFFFF));
    }

    // Both are hexadecimal escapes, so that nothing in a class needs quoting.
    private static void AppendUnits(StringBuilder units, int from, int to)
    {
        units.Append(CultureInfo.InvariantCulture, $@"\u{from:X4}");
        if (to > from) units.Append(CultureInfo.InvariantCulture, $@"-\u{to:X4}");
    }

    private static void AppendPairs(StringBuilder pairs, int from, int to)
    {
        while (from <= to)
        {
            // As many full rows (one high surrogate, all low ones) as there are, or the part of one row.
            var rowEnd = from | 0x3FF;
            var end = (from & 0x3FF) == 0 && to >= rowEnd ? ((to + 1) & ~0x3FF) - 1 : Math.Min(to, rowEnd);
            pairs.Append("|[");
            AppendUnits(pairs, High(from), High(end));
            pairs.Append("][");
            AppendUnits(pairs, Low(from), Low(end));
            pairs.Append(']');
            from = end + 1;
        }
    }

    private List<(int From, int To)> Merged()
    {
        var merged = new List<(int From, int To)>();
        foreach (var range in _ranges.Order())
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + 1)
                merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, range.To));
            else
                merged.Add(range);
        }

        return merged;
    }
}
