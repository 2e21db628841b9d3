namespace Hms.Bench.Load;

/// <summary>What one round gave: a rate per second, and latencies in microseconds.</summary>
internal sealed record RoundFigure(double PerSecond, double P50, double P99, double P999)
{
    private const double NanosecondsPerMicrosecond = 1000;

    public RoundFigure(double perSecond, Histogram latency)
        : this(perSecond, Micros(latency, 0.5), Micros(latency, 0.99), Micros(latency, 0.999))
    {
    }

    /// <summary>A rate without latencies of its own.</summary>
    public static RoundFigure Rate(double perSecond) => new(perSecond, double.NaN, double.NaN, double.NaN);

    /// <summary>The median of each figure over the rounds: one disturbed round moves nothing.</summary>
    public static RoundFigure Median(IReadOnlyCollection<RoundFigure> rounds) => new(
        Median(rounds.Select(r => r.PerSecond)), Median(rounds.Select(r => r.P50)),
        Median(rounds.Select(r => r.P99)), Median(rounds.Select(r => r.P999)));

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double Micros(Histogram latency, double share) => latency.Quantile(share) / NanosecondsPerMicrosecond;
}
