using System.Globalization;
using System.Text;

namespace Hms.Protocol.Schema.Patterns;

/// <summary>
/// Rewrites an ECMA-262 regular expression (Unicode mode) as the .NET one of the same meaning: <c>\d \w \s \b .</c> and <c>$</c> differ,
/// and .NET has constructs that ECMA-262 has not. Lenient where ECMA-262 is outside Unicode mode: a lone brace stands for itself, and any
/// punctuation may be escaped.
/// </summary>
internal sealed class EcmaPattern
{
    private const string WordStart = "(?<![A-Za-z0-9_])(?=[A-Za-z0-9_])";
    private const string WordEnd = "(?<=[A-Za-z0-9_])(?![A-Za-z0-9_])";
    private const string WordInside = "(?<=[A-Za-z0-9_])(?=[A-Za-z0-9_])";
    private const string WordOutside = "(?<![A-Za-z0-9_])(?![A-Za-z0-9_])";

    private readonly PatternText _in;
    private readonly StringBuilder _out = new();
    private int _open;
    private bool _named;
    private bool _numbered;

    private EcmaPattern(string source) => _in = new PatternText(source);

    /// <summary>The .NET pattern.</summary>
    /// <exception cref="PatternException">The pattern is not ECMA-262, or uses something that is not supported.</exception>
    public static string Translate(string source) => new EcmaPattern(source).Run();

    private string Run()
    {
        while (!_in.AtEnd) Next();
        if (_open > 0) throw new PatternException("leaves a group open");
        if (_named && _numbered) throw new PatternException("uses a numbered back-reference beside named groups, which is not supported");
        return _out.ToString();
    }

    private void Next()
    {
        var c = _in.TakeCodePoint();
        switch (c)
        {
            case '\\':
                Escape();
                break;
            case '[':
                Class();
                break;
            case '(':
                Group();
                break;
            case ')':
                if (--_open < 0) throw new PatternException("closes a group that is not open");
                _out.Append(')');
                break;
            case '.':
                _out.Append(CodePoints.LineTerminators.ToRegex(negated: true));
                break;
            case '^':
                _out.Append(@"\A");
                break;
            case '$':
                _out.Append(@"\z");
                break;
            case '|' or '*' or '+' or '?':
                _out.Append((char)c);
                break;
            case '{' when _in.TakeCount() is { } count:
                _out.Append(count);
                break;
            default:
                Literal(c);
                break;
        }
    }

    // One character, or two in a group of their own: a quantifier that follows is meant for the whole code point.
    private void Literal(int codePoint)
    {
        if (codePoint <= 0xFFFF) _out.Append(CultureInfo.InvariantCulture, $@"\u{codePoint:X4}");
        else _out.Append(CultureInfo.InvariantCulture, $@"(?:\u{CodePoints.High(codePoint):X4}\u{CodePoints.Low(codePoint):X4})");
    }

    private void Group()
    {
        _open++;
        if (!_in.Take('?'))
        {
            _out.Append('(');
            return;
        }

        foreach (var kind in (ReadOnlySpan<string>)[":", "=", "!", "<=", "<!"])
        {
            if (!_in.Take(kind)) continue;
            _out.Append("(?").Append(kind);
            return;
        }

        if (!_in.Take('<')) throw new PatternException("uses a group that ECMA-262 does not have");
        _named = true;
        _out.Append("(?<").Append(_in.TakeName()).Append('>');
    }

    private void Escape()
    {
        if (_in.AtEnd) throw new PatternException(@"ends in a lone \");
        if (_in.Take('b'))
            _out.Append("(?:").Append(WordStart).Append('|').Append(WordEnd).Append(')');
        else if (_in.Take('B'))
            _out.Append("(?:").Append(WordInside).Append('|').Append(WordOutside).Append(')');
        else if (_in.Take("k<"))
            _out.Append(@"(?:\k<").Append(_in.TakeName()).Append(">)");
        else if (_in.TakeReference() is { } reference)
            NumberedReference(reference);
        else if (_in.TakeSetEscape() is { } set)
            _out.Append(set.ToRegex(negated: false));
        else
            Literal(_in.TakeCharacterEscape(inClass: false));
    }

    private void NumberedReference(string reference)
    {
        _numbered = true;
        _out.Append(@"(?:\").Append(reference).Append(')');
    }

    private void Class()
    {
        var negated = _in.Take('^');
        var set = new CodePoints();
        while (!_in.Take(']'))
        {
            if (_in.AtEnd) throw new PatternException("leaves a character class open");
            if (Atom(set) is not { } from) continue;
            if (!_in.TakeRangeDash())
            {
                set.Add(from, from);
                continue;
            }

            if (Atom(set) is not { } to) throw new PatternException("has a range in a character class that does not end in a character");
            if (to < from) throw new PatternException("has a range in a character class that runs backwards");
            set.Add(from, to);
        }

        _out.Append(set.ToRegex(negated));
    }

    // One character of a class, or null where a whole set was added.
    private int? Atom(CodePoints set)
    {
        if (!_in.Take('\\')) return _in.TakeCodePoint();
        if (_in.AtEnd) throw new PatternException("leaves a character class open");
        if (_in.TakeSetEscape() is not { } escaped) return _in.TakeCharacterEscape(inClass: true);
        set.Add(escaped);
        return null;
    }
}
