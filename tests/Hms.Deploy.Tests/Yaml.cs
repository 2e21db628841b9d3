using YamlDotNet.Core;

namespace Hms.Deploy.Tests;

/// <summary>YAML as it stands in the repository. A key that occurs twice is an error of the reader.</summary>
internal static class Yaml
{
    /// <summary>The documents of a file, with what <c>&lt;&lt;</c> merges in merged.</summary>
    public static IReadOnlyList<YamlNode> Read(string file)
    {
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(new StringReader(Repository.Read(file)))));
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    /// <summary>What is at a path of keys; it fails, naming the key, where nothing is.</summary>
    public static YamlNode At(this YamlNode node, params string[] path)
    {
        foreach (var key in path)
        {
            node = node is YamlMappingNode map && map.Children.TryGetValue(key, out var child)
                ? child
                : throw new KeyNotFoundException($"there is no {key} of {string.Join('.', path)}");
        }

        return node;
    }

    public static bool Has(this YamlNode node, string key) => ((YamlMappingNode)node).Children.ContainsKey(key);

    public static string Text(this YamlNode node, params string[] path) => ((YamlScalarNode)node.At(path)).Value!;

    public static int Number(this YamlNode node, params string[] path) =>
        int.Parse(node.Text(path), System.Globalization.CultureInfo.InvariantCulture);

    public static IReadOnlyList<YamlNode> Items(this YamlNode node, params string[] path) => [.. (YamlSequenceNode)node.At(path)];

    public static IReadOnlyList<string> Texts(this YamlNode node, params string[] path) =>
        [.. node.Items(path).Select(item => ((YamlScalarNode)item).Value!)];

    /// <summary>The names and texts of a map.</summary>
    public static IReadOnlyDictionary<string, string> Pairs(this YamlNode node, params string[] path) =>
        ((YamlMappingNode)node.At(path)).Children.ToDictionary(
            pair => ((YamlScalarNode)pair.Key).Value!, pair => (pair.Value as YamlScalarNode)?.Value ?? "");
}
