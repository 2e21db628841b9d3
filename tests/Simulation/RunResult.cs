namespace Hms.Simulation;

/// <summary>What came of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Broken">What was broken on purpose; null where nothing was.</param>
/// <param name="Failure">What happened that must not; null where nothing did.</param>
/// <param name="Hash">The same for two runs that were the same, step by step.</param>
/// <param name="Steps">How many steps it had.</param>
/// <param name="Lines">The last lines of the trace, where they were kept.</param>
internal sealed record RunResult(long Seed, string? Broken, string? Failure, string Hash, long Steps, IReadOnlyList<string> Lines)
{
    /// <summary>How much of a trace is shown with a failure.</summary>
    public const int LinesKept = 200;

    /// <summary>The command that runs it again.</summary>
    public string Replay =>
        $"dotnet run --project tests/Simulation -- --seeds 1 --seed {Seed}{(Broken is null ? "" : $" --break {Broken}")}";

    /// <summary>All that somebody needs who looks into a failure.</summary>
    public string Report() => $"""
        {string.Join(Environment.NewLine, Lines)}
        seed {Seed} failed after {Steps} steps, trace {Hash}: {Failure}
        again: {Replay}
        """;
}
