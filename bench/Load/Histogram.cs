using System.Numerics;

namespace Hms.Bench.Load;

/// <summary>Durations in nanoseconds, in buckets that double and are cut into 128: exact to 1 %, of fixed size.</summary>
internal sealed class Histogram
{
    private const int SubBits = 7;
    private const int SubBuckets = 1 << SubBits;
    private readonly long[] counts = new long[(64 - SubBits) * SubBuckets];

    public long Count { get; private set; }

    public void Record(long nanoseconds)
    {
        counts[BucketOf(Math.Max(0, nanoseconds))]++;
        Count++;
    }

    /// <summary>The middle of the bucket that holds the given share (0–1) of the values, in nanoseconds; NaN when empty.</summary>
    public double Quantile(double share)
    {
        if (Count == 0)
            return double.NaN;
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var bucket = -1;
        for (long seen = 0; seen < rank;)
            seen += counts[++bucket];
        return MiddleOf(bucket);
    }

    // Values under 128 have a bucket each; above, the exponent chooses the row and the next seven bits the bucket in it.
    private static int BucketOf(long value)
    {
        var exponent = Math.Max(0, BitOperations.Log2((ulong)value | 1) - SubBits);
        return exponent == 0 ? (int)value : (exponent * SubBuckets) + (int)(value >> exponent);
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < 2 * SubBuckets)
            return bucket;
        var exponent = (bucket / SubBuckets) - 1;
        var low = (long)(bucket - (exponent * SubBuckets)) << exponent;
        return low + ((1L << exponent) / 2.0);
    }
}
