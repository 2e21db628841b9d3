using System.Buffers;

namespace Hms.Protocol.Schema.Formats;

/// <summary>The Mailbox of RFC 5321, section 4.1.2: a dotted or quoted local part at a domain or an address literal.</summary>
internal static class Emails
{
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> AtomCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~");

    public static bool IsAddress(ReadOnlySpan<char> text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && IsLocalPart(text[..at]) && IsDomain(text[(at + 1)..]);
    }

    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        if (text[0] == '"') return IsQuoted(text);
        foreach (var range in text.Split('.'))
        {
            var atom = text[range];
            if (atom.IsEmpty || atom.ContainsAnyExcept(AtomCharacters)) return false;
        }

        return true;
    }

    private static bool IsQuoted(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[^1] != '"') return false;
        var inner = text[1..^1];
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '"') return false;
            if (inner[i] == '\\' && ++i == inner.Length) return false;
            if (inner[i] is < ' ' or > '~') return false;
        }

        return true;
    }

    private static bool IsDomain(ReadOnlySpan<char> text)
    {
        if (text.Length > 2 && text[0] == '[' && text[^1] == ']') return IsLiteral(text[1..^1]);
        foreach (var range in text.Split('.'))
        {
            if (!IsLabel(text[range])) return false;
        }

        return true;
    }

    private static bool IsLiteral(ReadOnlySpan<char> text) =>
        text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? IpAddresses.IsVersion6(text[5..]) : IpAddresses.IsVersion4(text);

    private static bool IsLabel(ReadOnlySpan<char> text)
    {
        if (text.Length is < 1 or > LongestLabel || text[0] == '-' || text[^1] == '-') return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
        }

        return true;
    }
}
