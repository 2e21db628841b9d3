using System.Buffers;

namespace Hms.Protocol.Schema.Formats;

/// <summary>Absolute URIs, character by character as the grammar of RFC 3986 has them.</summary>
internal static class Uris
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private const string SubDelimiters = "!$&'()*+,;=";

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(Unreserved + SubDelimiters + "%");
    private static readonly SearchValues<char> UserCharacters = SearchValues.Create(Unreserved + SubDelimiters + "%:");
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(Unreserved + SubDelimiters + "%:@/");
    private static readonly SearchValues<char> QueryCharacters = SearchValues.Create(Unreserved + SubDelimiters + "%:@/?");

    public static bool IsUri(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (colon < 1 || !char.IsAsciiLetter(text[0]) || text[..colon].ContainsAnyExcept(SchemeCharacters)) return false;
        if (!EscapesAreWhole(text)) return false;
        var rest = text[(colon + 1)..];
        return TakeAfter(ref rest, '#', QueryCharacters) && TakeAfter(ref rest, '?', QueryCharacters) && IsHierarchy(rest);
    }

    // Cuts off what follows the first such mark, and says whether it is well-formed.
    private static bool TakeAfter(ref ReadOnlySpan<char> text, char mark, SearchValues<char> allowed)
    {
        var at = text.IndexOf(mark);
        if (at < 0) return true;
        var part = text[(at + 1)..];
        text = text[..at];
        return !part.ContainsAnyExcept(allowed);
    }

    private static bool IsHierarchy(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("//")) return !text.ContainsAnyExcept(PathCharacters);
        text = text[2..];
        var slash = text.IndexOf('/');
        var authority = slash < 0 ? text : text[..slash];
        return (slash < 0 || !text[slash..].ContainsAnyExcept(PathCharacters)) && IsAuthority(authority);
    }

    private static bool IsAuthority(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        if (at >= 0 && text[..at].ContainsAnyExcept(UserCharacters)) return false;
        var host = text[(at + 1)..];
        var bracket = host.StartsWith('[') ? host.IndexOf(']') : -1;
        var colon = host[(bracket + 1)..].IndexOf(':');
        var name = colon < 0 ? host : host[..(bracket + 1 + colon)];
        var port = colon < 0 ? default : host[(bracket + 2 + colon)..];
        if (port.ContainsAnyExceptInRange('0', '9')) return false;
        return bracket < 0 ? !name.ContainsAnyExcept(NameCharacters) : name[^1] == ']' && IsAddressLiteral(name[1..^1]);
    }

    private static bool IsAddressLiteral(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("v", StringComparison.OrdinalIgnoreCase)) return IpAddresses.IsVersion6(text);

        // An address of a version to come: v, hexadecimal digits, a dot, anything.
        var dot = text.IndexOf('.');
        if (dot < 2 || dot == text.Length - 1 || text[(dot + 1)..].ContainsAnyExcept(UserCharacters) || text.Contains('%')) return false;
        foreach (var c in text[1..dot])
        {
            if (!char.IsAsciiHexDigit(c)) return false;
        }

        return true;
    }

    private static bool EscapesAreWhole(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%'))
        {
            if (text.Length < at + 3 || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2])) return false;
            text = text[(at + 3)..];
        }

        return true;
    }
}
