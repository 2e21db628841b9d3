namespace Hms.Deploy.Tests;

/// <summary>One stage of the Dockerfile.</summary>
/// <param name="From">What it is built upon.</param>
/// <param name="Name">What others call it; null for the last.</param>
/// <param name="Steps">Instructions and their arguments, in order.</param>
internal sealed record Stage(string From, string? Name, IReadOnlyList<(string Instruction, string Arguments)> Steps)
{
    public IEnumerable<string> All(string instruction) => Steps.Where(step => step.Instruction == instruction).Select(step => step.Arguments);

    /// <summary>The command, which is given as a JSON array.</summary>
    public IReadOnlyList<string> Command(string instruction) =>
        System.Text.Json.JsonSerializer.Deserialize<string[]>(All(instruction).Single() is var text ? text[text.IndexOf('[', StringComparison.Ordinal)..] : "")!;
}

/// <summary>The Dockerfile as it stands in the repository.</summary>
internal static class Dockerfile
{
    public const string Path = "deploy/docker/Dockerfile";

    public static IReadOnlyList<Stage> Stages { get; } = Parse();

    public static Stage Named(string name) => Stages.Single(stage => stage.Name == name);

    /// <summary>What is before the first stage.</summary>
    public static IReadOnlyList<string> Global { get; } =
        [.. Lines().TakeWhile(line => !line.StartsWith("FROM ", StringComparison.Ordinal))];

    private static IEnumerable<string> Lines() => Repository.Read(Path).Split('\n').Select(line => line.Trim())
        .Where(line => line.Length > 0 && line[0] != '#');

    private static List<Stage> Parse()
    {
        var stages = new List<Stage>();
        var steps = new List<(string, string)>();
        foreach (var line in Lines().SkipWhile(line => !line.StartsWith("FROM ", StringComparison.Ordinal)))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "FROM")
            {
                steps = [];
                stages.Add(new Stage(words[1], words is [_, _, "AS", var name] ? name : null, steps));
            }
            else
            {
                steps.Add((words[0], line[words[0].Length..].Trim()));
            }
        }

        return stages;
    }
}
