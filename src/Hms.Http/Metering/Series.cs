namespace Hms.Http.Metering;

/// <summary>What was measured under one set of labels. Many threads record at once, without a lock.</summary>
/// <param name="labels">The labels as they are shown: <c>a="b",c="d"</c>.</param>
/// <param name="bounds">The upper bounds of the buckets, where it is a histogram.</param>
internal sealed class Series(string labels, double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _value;

    public string Labels => labels;

    /// <summary>The value, or the sum of all that was observed.</summary>
    public double Value => Volatile.Read(ref _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var found = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen))
            {
                return;
            }

            seen = found;
        }
    }

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _buckets[bucket]);
        Add(value);
    }

    /// <summary>How many values fell into a bucket; the last one has no upper bound.</summary>
    public long InBucket(int bucket) => Volatile.Read(ref _buckets[bucket]);
}
