namespace Hms.Http;

/// <summary>The files that are part of this assembly.</summary>
internal static class Resources
{
    public static byte[] Read(string name)
    {
        using var resource = typeof(Resources).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not part of the assembly");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    public static IEnumerable<string> Names(string prefix) => typeof(Resources).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
