namespace Hms.Deploy.Tests;

/// <summary>The manifests for Kubernetes.</summary>
internal static class Manifests
{
    public const string Folder = "deploy/kubernetes";
    public const string Example = "secret.example.yaml";
    public const string Namespace = "hms";

    public static YamlNode Kustomization { get; } = Yaml.Read($"{Folder}/kustomization.yaml")[0];

    /// <summary>The objects of all files but the kustomization, the example too.</summary>
    public static IReadOnlyList<YamlNode> All { get; } =
        [.. Repository.Files(Folder, "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml").Order().SelectMany(Yaml.Read)];

    public static YamlNode Deployment { get; } = Only("Deployment");

    public static YamlNode Template { get; } = Deployment.At("spec", "template");

    public static YamlNode Pod { get; } = Template.At("spec");

    public static YamlNode Container { get; } = Pod.Items("containers").Single();

    /// <summary>What its port names mean.</summary>
    public static IReadOnlyDictionary<string, int> Ports { get; } =
        Container.Items("ports").ToDictionary(port => port.Text("name"), port => port.Number("containerPort"));

    public static IReadOnlyDictionary<string, YamlNode> Variables { get; } =
        Container.Items("env").ToDictionary(variable => variable.Text("name"));

    public static YamlNode Only(string kind) => All.Single(one => one.Text("kind") == kind);

    public static string Field(string variable) => Variables[variable].Text("valueFrom", "fieldRef", "fieldPath");

    /// <summary>Whether labels that are looked for are among those of the pods.</summary>
    public static bool Selects(IReadOnlyDictionary<string, string> labels)
    {
        var there = Template.Pairs("metadata", "labels");
        return labels.Count > 0 && labels.All(label => there.TryGetValue(label.Key, out var value) && value == label.Value);
    }
}
