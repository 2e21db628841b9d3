namespace Hms.Domain.Tests.States;

/// <summary>A page of the docs, and its section "States".</summary>
/// <param name="name">The file, without its ending.</param>
internal sealed class StatePage(string name)
{
    private const string Heading = "## States\n\n";
    private const string Next = "\n## ";

    private readonly string _path = Path.Combine(Root(), "docs", $"{name}.md");

    /// <summary>Asserts that the section is what it should be; with <c>HMS_WRITE_DOCS=1</c> in the environment, writes it first.</summary>
    public void MustShow(StateDiagram diagram)
    {
        var should = diagram.Render();
        var (before, section, after) = Split(File.ReadAllText(_path));
        if (Environment.GetEnvironmentVariable("HMS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(_path, before + Heading + should + after);
            section = should;
        }

        Assert.True(
            section == should,
            $"docs/{name}.md does not show the table of states that the code has; run this test with HMS_WRITE_DOCS=1 to write it. It should be:\n{should}");
    }

    private static (string Before, string Section, string After) Split(string page)
    {
        var from = page.IndexOf(Heading, StringComparison.Ordinal);
        Assert.True(from >= 0, "the page has no section \"States\"");
        var rest = page[(from + Heading.Length)..];
        var end = rest.IndexOf(Next, StringComparison.Ordinal);
        return end < 0 ? (page[..from], rest, "") : (page[..from], rest[..end], rest[end..]);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hms.Orleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("the tests do not run inside the repository");
    }
}
