using System.Text.RegularExpressions;

namespace Hms.Architecture.Tests;

/// <summary>How sources look, as far as a machine can tell.</summary>
public sealed partial class SourceTests
{
    private const int LinesMax = 300;

    [Fact]
    public void No_file_holds_more_than_a_reader_can() => Assert.Empty(
        Sources("src", "standalone", "silo", "client", "examples", "bench", "tests")
            .Where(file => Repository.Read(file).AsSpan().Count('\n') > LinesMax));

    [Fact]
    public void A_class_is_sealed_static_or_abstract() => Assert.Empty(
        Sources("src", "standalone", "silo", "client", "examples")
            .SelectMany(file => OpenClass().Matches(Repository.Read(file)).Select(match => $"{file}: {match.Value.Trim()}")));

    [Fact]
    public void Machines_know_no_task_and_no_clock() => Assert.Empty(
        Sources(Path.Combine("src", "Hms.Domain"))
            .Where(file => Repository.Read(file).Contains("async ", StringComparison.Ordinal)));

    [Fact]
    public void No_file_names_a_package_source() => Assert.Empty(
        Repository.Files(".", "*.*")
            .Where(file => Path.GetExtension(file) is ".cs" or ".md" or ".json" or ".config" or ".csproj" or ".props" or ".sh" or ".slnf")
            .Where(file => PackageSource().IsMatch(Repository.Read(file))));

    private static IEnumerable<string> Sources(params string[] folders) => folders.SelectMany(folder => Repository.Files(folder, "*.cs"));

    [GeneratedRegex(@"^\s*(public|internal|private|file)\s+(partial\s+)?class\s+\w+", RegexOptions.Multiline)]
    private static partial Regex OpenClass();

    [GeneratedRegex(@"https?://[^\s""']*/v3/index\.json|""resolved"":\s*""http")]
    private static partial Regex PackageSource();
}
