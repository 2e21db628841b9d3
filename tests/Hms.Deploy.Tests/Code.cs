using System.Globalization;
using System.Text.RegularExpressions;

namespace Hms.Deploy.Tests;

/// <summary>What the sources say of themselves. The silo is read as text: the standalone part builds without it.</summary>
internal static partial class Code
{
    public static string SiloUsage { get; } = Repository.Read("silo/Usage.cs");

    public static string StandaloneUsage { get; } = Repository.Read("standalone/Usage.cs");

    public static int HttpPort { get; } = Number(@"--urls .* http://127\.0\.0\.1:(\d+)\s*$");

    public static int SiloPort { get; } = Number(@"--Silo:Port .* (\d+)\s*$");

    public static int GatewayPort { get; } = Number(@"--Silo:GatewayPort .* (\d+)\s*$");

    /// <summary>Where the front says how it is.</summary>
    public static IReadOnlyList<string> HealthPaths { get; } =
        [.. HealthPath().Matches(Repository.Read("src/Hms.Http/Endpoints/OperationsEndpoints.cs")).Select(match => match.Groups[1].Value)];

    /// <summary>The options of a host, and their defaults as <c>--help</c> prints them; those without have none.</summary>
    public static IReadOnlyDictionary<string, string> Options(string usage)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var last = "";
        foreach (var line in usage.Split('\n').SkipWhile(line => !line.Contains("--urls", StringComparison.Ordinal)).TakeWhile(line => line.Trim().Length > 0))
        {
            if (Option().Match(line) is { Success: true } option)
            {
                options[last = option.Groups[1].Value] = "";
            }

            // A default stands last, after two blanks at least, and has none in it.
            if (Default().Match(line) is { Success: true } value)
            {
                options[last] = value.Groups[1].Value;
            }
        }

        options.Remove("NAME");
        return options;
    }

    private static int Number(string pattern) =>
        int.Parse(Regex.Match(SiloUsage, pattern, RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("MapMethods\\(\"(/health/\\w+)\"")]
    private static partial Regex HealthPath();

    [GeneratedRegex(@"^\s+--([A-Za-z:-]+)")]
    private static partial Regex Option();

    [GeneratedRegex(@"\S\s{2,}(\S+)\s*$|^\s{40,}(?<1>\S+)\s*$")]
    private static partial Regex Default();
}
