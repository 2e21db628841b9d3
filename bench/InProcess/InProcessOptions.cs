using System.Globalization;

namespace Hms.Bench.InProcess;

/// <summary>The command line.</summary>
internal sealed record InProcessOptions
{
    public const string Usage = """
        bench/InProcess [scenario…] [options]
          scenarios: lock lock-contended barrier tasks heartbeats, or all (the default)
          --data DIR        folder for temporary data, on the disk to be measured (default: the system's temporary folder)
          --seconds N       length of a measured round (default 5)
          --rounds N        rounds, limit and ours in turns (default 3)
          --tasks N         tasks in the larger graph of tasks, from 1920; the smaller one has a tenth of them (default 100000)
          --supervisors N   supervisors in heartbeats (default 100000)
          --json FILE       the figures as JSON
        """;

    // One unit in each chain of the smaller graph.
    private const int TasksMin = 1920;

    public IReadOnlyList<string> Scenarios { get; private init; } = [];

    public string? Data { get; private init; }

    public TimeSpan Round { get; private init; } = TimeSpan.FromSeconds(5);

    public int Rounds { get; private init; } = 3;

    public int Tasks { get; private init; } = 100_000;

    public int Supervisors { get; private init; } = 100_000;

    public string? Json { get; private init; }

    /// <summary>Reads the arguments; an unknown or half one is an <see cref="ArgumentException"/>.</summary>
    public static InProcessOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new InProcessOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (!name.StartsWith('-'))
                options = options with { Scenarios = [.. options.Scenarios, name] };
            else if (++i < arguments.Count)
                options = options.With(name, arguments[i]);
            else
                throw new ArgumentException($"{name} needs a value.");
        }
        return options;
    }

    private InProcessOptions With(string name, string value) => name switch
    {
        "--data" => this with { Data = Path.GetFullPath(value) },
        "--seconds" => this with { Round = TimeSpan.FromSeconds(Positive(name, value)) },
        "--rounds" => this with { Rounds = Positive(name, value) },
        "--tasks" => this with { Tasks = Positive(name, value, TasksMin) },
        "--supervisors" => this with { Supervisors = Positive(name, value) },
        "--json" => this with { Json = Path.GetFullPath(value) },
        _ => throw new ArgumentException($"There is no option {name}."),
    };

    private static int Positive(string name, string value, int min = 1) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= min
            ? number
            : throw new ArgumentException($"{name} takes a number from {min}, not '{value}'.");
}
