using System.Diagnostics.Metrics;

namespace Hms.Http.Metering;

/// <summary>One metric as Prometheus shows it: a name, a help line, a type and its series.</summary>
internal sealed class MetricFamily
{
    private readonly SeriesTable _series;
    private readonly Recording _recording;
    private long _dropped;

    public MetricFamily(string name, Instrument instrument, int seriesMax)
    {
        Name = name;
        Help = instrument.Description ?? "";
        _recording = RecordingOf(instrument);
        Type = TypeOf(instrument, _recording);
        Bounds = _recording == Recording.Observe ? Buckets.Of(instrument) : [];
        IsObservable = instrument.IsObservable;
        _series = new SeriesTable(seriesMax, Bounds);
    }

    /// <summary>What a measurement does to its series.</summary>
    private enum Recording
    {
        Add,
        Set,
        Observe,
    }

    public string Name { get; }

    public string Help { get; }

    /// <summary><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    public string Type { get; }

    public double[] Bounds { get; }

    public bool IsObservable { get; }

    /// <summary>Measurements that found no room.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public IReadOnlyList<Series> Series => _series.All();

    /// <summary>Whether another instrument of the same name measures the same thing.</summary>
    public bool Fits(Instrument instrument) =>
        Type == TypeOf(instrument, RecordingOf(instrument)) && IsObservable == instrument.IsObservable;

    public void Clear() => _series.Clear();

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // A counter or a sum that once held NaN would hold nothing else ever after.
        if (!double.IsFinite(value) && _recording != Recording.Set)
        {
            return;
        }

        if (_series.Find(tags) is not { } series)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        switch (_recording)
        {
            case Recording.Add: series.Add(value); break;
            case Recording.Set: series.Set(value); break;
            case Recording.Observe: series.Observe(value); break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private static Recording RecordingOf(Instrument instrument) => instrument switch
    {
        { IsObservable: true } => Recording.Set,
        _ when Is(instrument, typeof(Histogram<>)) => Recording.Observe,
        _ when Is(instrument, typeof(Gauge<>)) => Recording.Set,
        _ => Recording.Add,
    };

    private static string TypeOf(Instrument instrument, Recording recording) => recording switch
    {
        Recording.Observe => "histogram",
        _ when MetricNames.IsCounter(instrument) => "counter",
        _ => "gauge",
    };

    private static bool Is(Instrument instrument, Type kind) =>
        instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == kind;
}
