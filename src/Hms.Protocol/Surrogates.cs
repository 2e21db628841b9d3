using System.Globalization;

namespace Hms.Protocol;

/// <summary>
/// Finds <c>\uD800</c> and its like standing alone. JSON's grammar allows them, but no Unicode text can hold them, so readers disagree
/// on what they mean (RFC 8259, section 8.2); RFC 7493 forbids them.
/// </summary>
public static class Surrogates
{
    /// <summary>Whether an escape in this text is half of a pair. A backslash in valid JSON stands in strings only, so no parser is needed.</summary>
    public static bool HasLone(ReadOnlySpan<byte> json)
    {
        while (json.IndexOf((byte)'\\') is var at and >= 0)
        {
            json = json[at..];
            if (!IsUnicodeEscape(json, out var unit))
            {
                json = json[Math.Min(2, json.Length)..];
                continue;
            }

            json = json[6..];
            if (char.IsLowSurrogate(unit))
            {
                return true;
            }

            if (char.IsHighSurrogate(unit))
            {
                if (!IsUnicodeEscape(json, out var low) || !char.IsLowSurrogate(low))
                {
                    return true;
                }

                json = json[6..];
            }
        }

        return false;
    }

    private static bool IsUnicodeEscape(ReadOnlySpan<byte> json, out char unit)
    {
        unit = '\0';
        if (json.Length < 6 || json[0] != '\\' || json[1] != 'u'
            || !ushort.TryParse(json[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
