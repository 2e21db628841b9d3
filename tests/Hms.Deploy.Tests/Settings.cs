using Hms.Fabric;
using Hms.Hosting;
using Hms.Http;
using Hms.Storage.Postgres;
using Hms.Storage.Sqlite;

namespace Hms.Deploy.Tests;

/// <summary>Which settings there are.</summary>
internal static class Settings
{
    private static readonly Dictionary<string, Type[]> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Fabric"] = [typeof(FabricOptions)],
        ["Http"] = [typeof(HttpOptions)],
        ["Storage"] = [typeof(SqliteStoreOptions), typeof(PostgresStoreOptions)],
    };

    /// <summary>Whether a host understands a name, such as <c>Silo:Port</c> or <c>Http:AllowedHosts:0</c>.</summary>
    public static bool IsKnown(string name, string usage)
    {
        var path = name.Split(':');
        return Code.Options(usage).ContainsKey(name)
            || (path.Length > 1 && Sections.TryGetValue(path[0], out var types) && types.Any(type => Leads(type, path.AsSpan(1))));
    }

    /// <summary>The names that environment variables set, of those that are ours.</summary>
    public static string? NameOf(string variable) =>
        variable.StartsWith("HMS_", StringComparison.Ordinal) ? variable["HMS_".Length..].Replace("__", ":", StringComparison.Ordinal) : null;

    /// <summary>Reads a command line as the standalone host does.</summary>
    /// <exception cref="SettingsException">It is not understood.</exception>
    public static void ReadAsStandalone(IReadOnlyList<string> arguments) => Arguments.Common.Read(arguments);

    private static bool Leads(Type type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
        {
            return true;
        }

        if (typeof(IEnumerable<string>).IsAssignableFrom(type) && type != typeof(string))
        {
            return path.Length == 1 && int.TryParse(path[0], out _);
        }

        var name = path[0];
        return Array.Find(type.GetProperties(), property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found
            && Leads(found.PropertyType, path[1..]);
    }
}
