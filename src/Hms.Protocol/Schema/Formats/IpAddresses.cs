namespace Hms.Protocol.Schema.Formats;

/// <summary>IPv4 addresses (RFC 2673, section 3.2) and IPv6 addresses (RFC 4291, section 2.2), as text.</summary>
internal static class IpAddresses
{
    private const int Version6Groups = 8;

    public static bool IsVersion4(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            if (++parts > 4 || !IsOctet(text[range])) return false;
        }

        return parts == 4;
    }

    public static bool IsVersion6(ReadOnlySpan<char> text)
    {
        var gap = text.IndexOf("::");
        if (gap < 0) return Groups(text, mayEndInVersion4: true) == Version6Groups;
        var head = text[..gap];
        var tail = text[(gap + 2)..];
        var before = head.IsEmpty ? 0 : Groups(head, mayEndInVersion4: false);
        var after = tail.IsEmpty ? 0 : Groups(tail, mayEndInVersion4: true);
        return before >= 0 && after >= 0 && before + after < Version6Groups;
    }

    private static bool IsOctet(ReadOnlySpan<char> text)
    {
        if (text.Length is < 1 or > 3 || text.ContainsAnyExceptInRange('0', '9') || (text.Length > 1 && text[0] == '0')) return false;
        return text.Length < 3 || text.SequenceCompareTo("255") <= 0;
    }

    // Groups of 16 bits, or -1 where something is no group. An IPv4 address at the end stands for two.
    private static int Groups(ReadOnlySpan<char> text, bool mayEndInVersion4)
    {
        var groups = 0;
        foreach (var range in text.Split(':'))
        {
            var group = text[range];
            if (groups > Version6Groups) return -1;
            if (mayEndInVersion4 && range.End.Value == text.Length && IsVersion4(group)) return groups + 2;
            if (group.Length is < 1 or > 4 || !IsHexadecimal(group)) return -1;
            groups++;
        }

        return groups;
    }

    private static bool IsHexadecimal(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit(c)) return false;
        }

        return true;
    }
}
