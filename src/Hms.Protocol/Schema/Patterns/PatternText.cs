using System.Globalization;

namespace Hms.Protocol.Schema.Patterns;

/// <summary>The text of a regular expression, read from left to right in the pieces that ECMA-262's grammar names.</summary>
internal sealed class PatternText(string source)
{
    private int _at;

    public bool AtEnd => _at >= source.Length;

    private ReadOnlySpan<char> Rest => source.AsSpan(_at);

    public bool Take(char c)
    {
        if (AtEnd || source[_at] != c) return false;
        _at++;
        return true;
    }

    public bool Take(string text)
    {
        if (!Rest.StartsWith(text, StringComparison.Ordinal)) return false;
        _at += text.Length;
        return true;
    }

    public int TakeCodePoint()
    {
        var c = source[_at++];
        if (AtEnd || !char.IsSurrogatePair(c, source[_at])) return c;
        return char.ConvertToUtf32(c, source[_at++]);
    }

    /// <summary>The quantifier <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c> whose brace has just been taken; null where it is none.</summary>
    public string? TakeCount()
    {
        var end = Rest.IndexOf('}');
        if (end < 1) return null;
        var body = Rest[..end];
        var comma = body.IndexOf(',');
        var from = comma < 0 ? body : body[..comma];
        var to = comma < 0 ? default : body[(comma + 1)..];
        if (from.IsEmpty || from.ContainsAnyExceptInRange('0', '9') || to.ContainsAnyExceptInRange('0', '9')) return null;
        _at += end + 1;
        return $"{{{body}}}";
    }

    /// <summary>Whether a dash follows that makes a range: not the last character of its class.</summary>
    public bool TakeRangeDash()
    {
        if (Rest.Length < 2 || Rest[0] != '-' || Rest[1] == ']') return false;
        _at++;
        return true;
    }

    /// <summary>The name of a group, with the bracket that ends it.</summary>
    public string TakeName()
    {
        var end = Rest.IndexOf('>');
        var name = end < 0 ? "" : Rest[..end].ToString();
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new PatternException("has a group name that is not a letter or underscore followed by letters, digits and underscores");
        _at += end + 1;
        return name;
    }

    /// <summary>The digits of a back-reference after its backslash, or null.</summary>
    public string? TakeReference()
    {
        var length = Rest.IndexOfAnyExceptInRange('0', '9');
        var digits = (length < 0 ? Rest : Rest[..length]).ToString();
        if (digits.Length == 0 || digits[0] == '0') return null;
        _at += digits.Length;
        return digits;
    }

    /// <summary>The set that <c>\d \D \w \W \s \S \p \P</c> stands for, after its backslash; null where it is another escape.</summary>
    public CodePoints? TakeSetEscape()
    {
        CodePoints? set = source[_at] switch
        {
            'd' => CodePoints.Digits,
            'D' => CodePoints.Digits.Negate(),
            'w' => CodePoints.WordCharacters,
            'W' => CodePoints.WordCharacters.Negate(),
            's' => CodePoints.Spaces,
            'S' => CodePoints.Spaces.Negate(),
            'p' or 'P' => TakeProperty(),
            _ => null,
        };
        if (set is not null) _at++;
        return set;
    }

    /// <summary>The character that an escape stands for, after its backslash.</summary>
    public int TakeCharacterEscape(bool inClass)
    {
        var c = TakeCodePoint();
        switch (c)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'v': return '\v';
            case 'f': return '\f';
            case 'r': return '\r';
            case 'b' when inClass: return '\b';
            case '0' when AtEnd || !char.IsAsciiDigit(source[_at]): return 0;
            case 'c' when !AtEnd && char.IsAsciiLetter(source[_at]): return source[_at++] & 0x1F;
            case 'x': return TakeHex(2);
            case 'u': return TakeUnicodeEscape();
            case < 128 when !char.IsAsciiLetterOrDigit((char)c): return c;
            default: throw new PatternException("has an escape that ECMA-262 does not have");
        }
    }

    // Leaves the closing brace to the caller, which takes one character for every set escape.
    private CodePoints TakeProperty()
    {
        var negated = source[_at] == 'P';
        var end = Rest.IndexOf('}');
        if (end < 3 || Rest[1] != '{') throw new PatternException(@"has a \p without {…}");
        var name = Rest[2..end].ToString();
        _at += end;
        return UnicodeProperties.Find(name, negated)
            ?? throw new PatternException($"names the Unicode property {name}, which is not supported");
    }

    private int TakeUnicodeEscape()
    {
        if (Take('{'))
        {
            var end = Rest.IndexOf('}');
            if (end is < 1 or > 6) throw new PatternException(@"has a \u{…} that is not a code point");
            var codePoint = TakeHex(end);
            _at++;
            return codePoint <= 0x10FFFF ? codePoint : throw new PatternException(@"has a \u{…} beyond Unicode");
        }

        var unit = TakeHex(4);
        if (!char.IsHighSurrogate((char)unit) || !Take(@"\u")) return unit;
        var low = TakeHex(4);
        return char.IsLowSurrogate((char)low)
            ? char.ConvertToUtf32((char)unit, (char)low)
            : throw new PatternException(@"has half of a surrogate pair");
    }

    private int TakeHex(int digits)
    {
        if (Rest.Length >= digits
            && int.TryParse(Rest[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            _at += digits;
            return value;
        }

        throw new PatternException("has an escape without its hexadecimal digits");
    }
}
