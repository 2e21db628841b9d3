using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Hms.Http.Reading;

/// <summary>The <c>Prefer</c> header of RFC 7240, of which we know <c>wait</c>.</summary>
internal static class Preferences
{
    /// <summary>
    /// How long a client would wait; longer than <see cref="Ranges.WaitMax"/> is that. Null where it says nothing of it or nothing that can
    /// be understood, since what is not understood of a preference is ignored (section 2). The first one counts.
    /// </summary>
    public static TimeSpan? Wait(StringValues values)
    {
        foreach (var value in values)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                if (IsWait(value.AsSpan()[range], out var seconds))
                {
                    return seconds;
                }
            }
        }

        return null;
    }

    private static bool IsWait(ReadOnlySpan<char> preference, out TimeSpan? wait)
    {
        wait = null;
        var parameters = preference.IndexOf(';');
        var word = (parameters < 0 ? preference : preference[..parameters]).Trim();
        var equals = word.IndexOf('=');
        if (equals < 0 || !word[..equals].Trim().Equals("wait", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var digits = word[(equals + 1)..].Trim();
        if (digits.Length >= 2 && digits[0] == '"' && digits[^1] == '"')
        {
            digits = digits[1..^1];
        }

        if (!digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9'))
        {
            var fits = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
            wait = fits && seconds < Ranges.WaitMax.TotalSeconds ? TimeSpan.FromSeconds(seconds) : Ranges.WaitMax;
        }

        return true;
    }
}
