using System.Diagnostics.Metrics;

namespace Hms.Fabric.Storage;

/// <summary>What the store measures.</summary>
internal sealed class StoreMetrics : IDisposable
{
    private static readonly double[] SecondBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
    private static readonly int[] SizeBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096];

    private readonly Meter _meter = new("Hms.Storage");

    public StoreMetrics()
    {
        Entities = _meter.CreateHistogram(
            "hms.store.commit.entities", "{entity}", "Entities in one group commit.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = SizeBuckets });
        Bodies = _meter.CreateHistogram(
            "hms.store.commit.messages", "{message}", "Message bodies stored by one group commit.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = SizeBuckets });
        Fsync = _meter.CreateHistogram(
            "hms.store.fsync.duration", "s", "Time of COMMIT: writing the log and its fsync.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondBuckets });
        Failures = _meter.CreateCounter<long>("hms.store.failures", "{commit}", "Group commits that failed.");
    }

    public Histogram<int> Entities { get; }

    public Histogram<int> Bodies { get; }

    public Histogram<double> Fsync { get; }

    public Counter<long> Failures { get; }

    public void Dispose() => _meter.Dispose();
}
