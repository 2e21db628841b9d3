namespace Hms.Standalone.Host;

/// <summary>Reads <c>--name value</c>, <c>--name=value</c>, and the one switch that takes no value.</summary>
internal static class Arguments
{
    private static readonly string[] Known = ["Urls", "Data", "Storage", "Connection", "Insecure"];
    private static readonly string[] Sections = ["Fabric:", "Http:", "Storage:", "Logging:"];

    public static Dictionary<string, string?> Read(string[] args)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new SettingsException($"{args[i]} is not an option; --help lists them");
            }

            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i][2..] : args[i][2..equals];
            if (!Known.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !Array.Exists(Sections, section => name.StartsWith(section, StringComparison.OrdinalIgnoreCase)))
            {
                throw new SettingsException($"--{name} is not an option; --help lists them");
            }

            settings[name] = equals >= 0 ? args[i][(equals + 1)..]
                : name.Equals("Insecure", StringComparison.OrdinalIgnoreCase) ? "true"
                : ++i < args.Length ? args[i]
                : throw new SettingsException($"--{name} wants a value");
        }

        return settings;
    }
}
