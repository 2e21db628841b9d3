using System.Text;
using System.Text.Json;

namespace Hms.Protocol.Tests;

/// <summary>The files of spec/vectors.</summary>
internal static class Vectors
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "spec", "vectors");

    /// <summary>The names of a folder's files that begin with a prefix.</summary>
    public static TheoryData<string> Names(string folder, string prefix = "") =>
        [.. Directory.GetFiles(Path.Combine(Root, folder), prefix + "*").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    public static byte[] Read(string folder, string name) => File.ReadAllBytes(Path.Combine(Root, folder, name));

    public static JsonElement ReadJson(string folder, string name)
    {
        using var document = JsonDocument.Parse(Read(folder, name));
        return document.RootElement.Clone();
    }

    /// <summary>A member that holds raw text, or the member of that name and <c>_base64</c> where the bytes are no text.</summary>
    public static byte[] Raw(JsonElement vector, string name) =>
        vector.TryGetProperty(name + "_base64", out var base64) ? base64.GetBytesFromBase64() : Encoding.UTF8.GetBytes(Text(vector, name));

    public static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    /// <summary>Checks that a fault is what a vector of the format of reject/ asks for.</summary>
    public static void AssertRefusal(JsonElement vector, Fault fault)
    {
        Assert.Equal(Text(vector, "error_code"), fault.Code.WireName());
        Assert.Equal(
            vector.GetProperty("paths").EnumerateArray().Select(path => path.GetString()!).Order(StringComparer.Ordinal),
            fault.Problems.Select(problem => problem.Path).Distinct().Order(StringComparer.Ordinal));
    }
}
