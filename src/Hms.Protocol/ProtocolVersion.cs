namespace Hms.Protocol;

/// <summary>The version rule of section 12.1: <c>major.minor</c>, and the same major is compatible.</summary>
public static class ProtocolVersion
{
    /// <summary>The version that this fabric speaks.</summary>
    public const string Current = "1.0";

    private const string MajorSpoken = "1";

    /// <summary>Why a version cannot be accepted; null where it can.</summary>
    public static string? Refusal(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var dot = version.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !IsNumber(version.AsSpan(0, dot)) || !IsNumber(version.AsSpan(dot + 1)))
        {
            return "version is not major.minor";
        }

        return version.AsSpan(0, dot).SequenceEqual(MajorSpoken)
            ? null
            : $"version {version} is not compatible with {Current}: the major version differs";
    }

    private static bool IsNumber(ReadOnlySpan<char> digits) =>
        digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9') && (digits.Length == 1 || digits[0] != '0');
}
