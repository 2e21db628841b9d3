namespace Hms.Hosting;

/// <summary>Which options a host knows on its command line.</summary>
/// <param name="Valued">Options that take a value.</param>
/// <param name="Switches">Options that take none.</param>
/// <param name="Sections">What other settings begin with, such as <c>Fabric:</c>.</param>
public sealed record Arguments(IReadOnlyList<string> Valued, IReadOnlyList<string> Switches, IReadOnlyList<string> Sections)
{
    /// <summary>What every host knows.</summary>
    public static Arguments Common { get; } = new(
        ["Urls", "Data", "Storage", "Connection"], ["Insecure"], ["Fabric:", "Http:", "Storage:", "Logging:"]);

    /// <summary>These, and some of a host's own.</summary>
    public Arguments And(IEnumerable<string> valued, IEnumerable<string> switches, IEnumerable<string> sections) =>
        new([.. Valued, .. valued], [.. Switches, .. switches], [.. Sections, .. sections]);

    /// <summary>Reads <c>--name value</c>, <c>--name=value</c>, and switches.</summary>
    /// <exception cref="SettingsException">An argument is not understood.</exception>
    public IReadOnlyDictionary<string, string?> Read(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new SettingsException($"{args[i]} is not an option; --help lists them");
            }

            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i][2..] : args[i][2..equals];
            var isSwitch = Switches.Contains(name, StringComparer.OrdinalIgnoreCase);
            if (!isSwitch && !Valued.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !Sections.Any(section => name.StartsWith(section, StringComparison.OrdinalIgnoreCase)))
            {
                throw new SettingsException($"--{name} is not an option; --help lists them");
            }

            settings[name] = equals >= 0 ? args[i][(equals + 1)..]
                : isSwitch ? "true"
                : ++i < args.Count ? args[i]
                : throw new SettingsException($"--{name} wants a value");
        }

        return settings;
    }
}
