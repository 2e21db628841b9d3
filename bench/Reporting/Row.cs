using Hms.Bench.Load;

namespace Hms.Bench.Reporting;

/// <summary>One line of the table. Latencies are microseconds; what does not apply is null.</summary>
internal sealed record Row(string Scenario, string What, double? PerSecond, double? P50, double? P99, double? P999, Goal? Goal)
{
    /// <summary>The line of a run's rate and latencies.</summary>
    public static Row Of(string scenario, string what, RoundFigure figure, Goal? goal = null) => new(
        scenario, what, OrNull(figure.PerSecond), OrNull(figure.P50), OrNull(figure.P99), OrNull(figure.P999), goal);

    /// <summary>The line of something that is neither a rate nor a latency; its goal or its name says what was measured.</summary>
    public static Row Plain(string scenario, string what, Goal? goal = null) => new(scenario, what, null, null, null, null, goal);

    private static double? OrNull(double value) => double.IsNaN(value) ? null : value;
}

/// <summary>A target, what was measured against it, and whether it was met; null where there is nothing to meet.</summary>
internal sealed record Goal(string Target, string Measured, bool? Met)
{
    public static Goal AtLeast(string target, double floor, double measured) => new(target, $"{measured:F2}", measured >= floor);

    public static Goal Below(string target, double limit, double measured, string unit) =>
        new(target, $"{measured:0.##} {unit}", measured < limit);

    /// <summary>A figure that is shown beside the others without a target.</summary>
    public static Goal None(string measured) => new("", measured, null);
}
