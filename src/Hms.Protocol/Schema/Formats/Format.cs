using System.Collections.Frozen;

namespace Hms.Protocol.Schema.Formats;

/// <summary>Whether a text has a format.</summary>
internal delegate bool TextCheck(ReadOnlySpan<char> text);

/// <summary>One value of <c>format</c>: how a problem calls it, and its check.</summary>
internal sealed record Format(string Description, TextCheck IsValid)
{
    /// <summary>Every format known, by name.</summary>
    public static readonly FrozenDictionary<string, Format> All = new Dictionary<string, Format>
    {
        ["date-time"] = new("an RFC 3339 date-time with an offset", Rfc3339.IsDateTime),
        ["date"] = new("an RFC 3339 date", Rfc3339.IsDate),
        ["time"] = new("an RFC 3339 time with an offset", Rfc3339.IsTime),
        ["uri"] = new("an absolute URI", Uris.IsUri),
        ["uuid"] = new("a UUID", IsUuid),
        ["email"] = new("an e-mail address", Emails.IsAddress),
        ["ipv4"] = new("an IPv4 address", IpAddresses.IsVersion4),
        ["ipv6"] = new("an IPv6 address", IpAddresses.IsVersion6),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != 36) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i])) return false;
        }

        return true;
    }
}
