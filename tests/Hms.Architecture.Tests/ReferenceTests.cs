namespace Hms.Architecture.Tests;

/// <summary>Who may refer to whom. A layer that is missing here has no business being there.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Hms.Protocol"] = [],
        ["Hms.Abstractions"] = ["Hms.Protocol"],
        ["Hms.Domain"] = ["Hms.Protocol"],
        ["Hms.Fabric"] = ["Hms.Domain", "Hms.Abstractions"],
        ["Hms.Storage.Sqlite"] = ["Hms.Fabric"],
        ["Hms.Storage.Postgres"] = ["Hms.Fabric"],
        ["Hms.Standalone"] = ["Hms.Fabric"],
        ["Hms.Http"] = ["Hms.Abstractions"],
        ["Hms.Client"] = ["Hms.Abstractions"],
        ["Hms.Grains.Abstractions"] = ["Hms.Abstractions"],
        ["Hms.Grains"] = ["Hms.Fabric", "Hms.Grains.Abstractions"],
        ["Hms.GrainClient"] = ["Hms.Grains.Abstractions"],
        ["Hms.GrainClient.Example"] = ["Hms.GrainClient"],
        ["Hms.Bridge"] = ["Hms.Client"],
        ["Hms.Cli"] = ["Hms.Client"],
        ["Hms.Hosting"] = ["Hms.Storage.Sqlite", "Hms.Storage.Postgres", "Hms.Http"],
        ["Hms.Standalone.Host"] = ["Hms.Standalone", "Hms.Hosting"],
        ["Hms.Silo"] = ["Hms.Grains", "Hms.Hosting"],
        ["Hms.Bench"] = [],
        ["Hms.Bench.InProcess"] = ["Hms.Standalone", "Hms.Storage.Sqlite"],
        ["Hms.Bench.Grains"] = ["Hms.Grains", "Hms.Storage.Sqlite"],
    };

    private static readonly string[] MayNameOrleans = ["Hms.Grains.Abstractions", "Hms.Grains", "Hms.GrainClient", "Hms.Silo", "Hms.Bench.Grains"];

    // Tests that need more of a machine than the .NET SDK.
    private static readonly string[] NeedMore = ["Hms.Storage.Postgres.Tests", "Hms.ClusterEndToEnd.Tests", "Hms.ClusterConformance.Tests", "Hms.SiloNode"];

    public static TheoryData<string> Projects =>
        [.. new[] { "src", "standalone", "silo", "client", "examples", "bench" }.SelectMany(folder => Repository.Files(folder, "*.csproj"))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_to_what_its_layer_allows_and_nothing_else(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);

        Assert.True(Allowed.TryGetValue(name, out var allowed), $"{name} is in no layer");
        Assert.Empty(Repository.References(project).Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_grains_and_their_hosts_name_an_Orleans_package(string project) => Assert.True(
        MayNameOrleans.Contains(Path.GetFileNameWithoutExtension(project))
        || !Repository.Packages(project).Any(package => package.StartsWith("Microsoft.Orleans", StringComparison.Ordinal)));

    [Theory]
    [InlineData("Hms.Protocol")]
    [InlineData("Hms.Abstractions")]
    [InlineData("Hms.Domain")]
    public void The_core_needs_no_package(string name) =>
        Assert.Empty(Repository.Packages(Path.Combine("src", name, $"{name}.csproj")));

    [Fact]
    public void Every_project_of_the_standalone_part_is_in_the_filter_and_the_solution()
    {
        var filter = Repository.Read("Hms.Standalone.slnf");
        var solution = Repository.Read("Hms.Orleans.sln").Replace('\\', '/');
        var projects = new[] { "src", "standalone", "silo", "client", "examples", "bench", "tests" }
            .SelectMany(folder => Repository.Files(folder, "*.csproj")).ToArray();

        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.Contains(project.Replace('\\', '/'), solution, StringComparison.Ordinal));
        Assert.All(
            projects.Where(project => !MayNameOrleans.Concat(NeedMore).Any(name => project.Contains(name, StringComparison.Ordinal))),
            project => Assert.Contains(project.Replace('\\', '/'), filter.Replace("\\\\", "/", StringComparison.Ordinal), StringComparison.Ordinal));
    }
}
