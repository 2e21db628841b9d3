using System.Text.RegularExpressions;

namespace Hms.Deploy.Tests;

/// <summary>Names that stand in deploy/ and docs/cluster.md, and must be those of the code.</summary>
public sealed partial class NamesTests
{
    private const string Guide = "docs/cluster.md";

    // Of dotnet, docker, kubectl, pg_isready, createuser and systemctl, and of Dockerfiles.
    private static readonly string[] Foreign =
    [
        "build", "build-arg", "chown", "configuration", "dbname", "detach", "from", "host", "interval", "no-build", "no-restore", "now",
        "output", "owner", "project", "pwprompt", "retries", "rm", "start-period", "timeout", "username", "wait",
    ];

    private static readonly string[] Places =
        [.. Repository.Files("deploy", "*").Append(Guide).Select(file => file.Replace('\\', '/'))];

    public static TheoryData<string> Files => [.. Places];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_option_is_one_that_a_host_knows(string file) => Assert.Empty(
        OptionName().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)
            .Where(name => !IsOurs(name) && !Foreign.Contains(name)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_variable_is_a_setting_that_a_host_knows(string file) => Assert.Empty(
        Variable().Matches(Repository.Read(file)).Select(match => match.Value).Where(variable => !IsOurs(Settings.NameOf(variable)!)));

    [Fact]
    public void Every_setting_named_in_the_guide_is_one_that_a_host_knows() => Assert.Empty(
        Quoted().Matches(Repository.Read(Guide)).Select(match => match.Groups[1].Value).Where(name => !IsOurs(name)));

    [Fact]
    public void Every_option_of_other_programs_is_used() => Assert.Empty(
        Foreign.Except(Places.SelectMany(file => OptionName().Matches(Repository.Read(file))).Select(match => match.Groups[1].Value)));

    [Fact]
    public void No_option_of_other_programs_hides_one_of_ours() => Assert.DoesNotContain(Foreign, IsOurs);

    [Fact]
    public void The_guide_lists_every_option_of_the_silo_with_its_default()
    {
        var rows = Row().Matches(Repository.Read(Guide)).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Trim('`'), StringComparer.OrdinalIgnoreCase);
        var options = Code.Options(Code.SiloUsage).Where(option => option.Key is not ("help" or "health-check")).ToArray();

        Assert.Equal(options.Select(option => option.Key).Order(StringComparer.OrdinalIgnoreCase), rows.Keys.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        Assert.All(options, option => Assert.Equal(option.Value, rows[option.Key] is "none" or "off" ? "" : rows[option.Key]));
    }

    [Fact]
    public void A_standalone_option_is_one_that_is_read_so() => Assert.All(
        Code.Options(Code.StandaloneUsage).Keys.Except(["help", "health-check"]),
        name => Settings.ReadAsStandalone([$"--{name}=x"]));

    [Fact]
    public void Every_link_of_the_guide_leads_to_a_file_or_a_heading()
    {
        var links = Link().Matches(Repository.Read(Guide)).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(links);
        Assert.All(links, link =>
        {
            var parts = link.Split('#');
            var file = parts[0].Length == 0 ? Guide : Path.Combine("docs", parts[0]);
            Assert.True(File.Exists(Path.Combine(Repository.Root, file)), link);
            Assert.True(parts.Length == 1 || Headings(file).Contains(parts[1]), link);
        });
    }

    [Theory]
    [InlineData("README.md", "docs/cluster.md")]
    [InlineData("docs/operations.md", "cluster.md")]
    public void The_guide_is_found_from(string file, string link) => Assert.Contains($"({link})", Repository.Read(file), StringComparison.Ordinal);

    private static bool IsOurs(string name) => Settings.IsKnown(name, Code.SiloUsage) || Settings.IsKnown(name, Code.StandaloneUsage);

    private static IEnumerable<string> Headings(string file) => Repository.Read(file).Split('\n').Where(line => line.StartsWith('#'))
        .Select(line => NoAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"(?<![\w-])--([A-Za-z][\w:-]*[\w])")]
    private static partial Regex OptionName();

    [GeneratedRegex(@"\bHMS_\w+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"`((?:Silo|Cluster|Tls|Http|Fabric|Storage|Logging):\w+(?::\w+)*)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\| `([A-Za-z:]+)` \| ([^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^a-z0-9 -]")]
    private static partial Regex NoAnchor();
}
