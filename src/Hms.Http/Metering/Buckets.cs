using System.Diagnostics.Metrics;
using System.Numerics;

namespace Hms.Http.Metering;

/// <summary>The upper bounds of a histogram's buckets: those that its instrument advises, else such as fit its unit.</summary>
internal static class Buckets
{
    private static readonly double[] Seconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly double[] Numbers = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000];

    public static double[] Of(Instrument instrument) => Advised(instrument) is { Length: > 0 } advised ? advised : instrument.Unit switch
    {
        "s" => Seconds,
        _ => Numbers,
    };

    private static double[]? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => Bounds(histogram),
        Histogram<float> histogram => Bounds(histogram),
        Histogram<long> histogram => Bounds(histogram),
        Histogram<int> histogram => Bounds(histogram),
        Histogram<short> histogram => Bounds(histogram),
        Histogram<byte> histogram => Bounds(histogram),
        Histogram<decimal> histogram => Bounds(histogram),
        _ => null,
    };

    private static double[]? Bounds<T>(Histogram<T> histogram)
        where T : struct, INumber<T> =>
        histogram.Advice?.HistogramBucketBoundaries is { } bounds
            ? [.. bounds.Select(bound => double.CreateSaturating(bound)).Where(double.IsFinite).Distinct().Order()]
            : null;
}
