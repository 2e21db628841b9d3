using System.Reflection;

namespace Hms.Processes;

/// <summary>The working copy this program was built in, and the host built beside it.</summary>
internal static class Repository
{
    private const string Landmark = "Hms.Standalone.slnf";

    /// <summary>The host's assembly, of the same configuration as this program.</summary>
    public static string HostAssembly() => Built("standalone", "Hms.Standalone.Host.dll");

    /// <summary>The silo's assembly, of the same configuration as this program.</summary>
    public static string SiloAssembly() => Built("silo", "Hms.Silo.dll");

    /// <summary>The assembly of a silo whose clock a test moves on, likewise.</summary>
    public static string SiloNodeAssembly() => Built(Path.Combine("tests", "SiloNode"), "Hms.SiloNode.dll");

    private static string Built(string folder, string assembly)
    {
        var configuration = typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
        return Path.Combine(Root(), folder, "bin", configuration, "net10.0", assembly);
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Landmark)))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds {Landmark}.");
    }
}
