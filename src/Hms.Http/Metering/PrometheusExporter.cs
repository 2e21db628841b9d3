using System.Diagnostics.Metrics;
using System.Numerics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Hms.Http.Metering;

/// <summary>
/// Collects what the meters whose name starts with <c>Hms.</c> measure, and shows it as <c>GET /metrics</c>. An instrument has at most
/// <see cref="HttpOptions.MetricSeriesMax"/> label sets; what is measured under a further one is dropped and counted.
/// </summary>
internal sealed partial class PrometheusExporter : IDisposable
{
    private const string MeterPrefix = "Hms.";
    private const string DroppedName = "hms_metrics_dropped_total";

    private readonly Lock _families = new();
    private readonly Lock _scrape = new();
    private readonly SortedDictionary<string, MetricFamily> _byName = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory _meters;
    private readonly int _seriesMax;
    private readonly ILogger<PrometheusExporter> _logger;

    public PrometheusExporter(HttpOptions options, IMeterFactory meters, ILogger<PrometheusExporter> logger)
    {
        _meters = meters;
        _seriesMax = options.MetricSeriesMax;
        _logger = logger;
        _listener.InstrumentPublished = Publish;
        Listen<byte>();
        Listen<short>();
        Listen<int>();
        Listen<long>();
        Listen<float>();
        Listen<double>();
        Listen<decimal>();
        _listener.Start();
    }

    /// <summary>All metrics as they are now.</summary>
    public byte[] Scrape()
    {
        lock (_scrape)
        {
            var families = Families();
            foreach (var family in families.Where(family => family.IsObservable))
            {
                family.Clear();
            }

            Observe();
            var text = new StringBuilder(16 * 1024);
            foreach (var family in families)
            {
                PrometheusText.Write(text, family);
            }

            PrometheusText.WriteHead(text, DroppedName, "Measurements of instruments with too many label sets.", "counter");
            PrometheusText.WriteSample(text, DroppedName, "", families.Sum(family => family.Dropped));
            return Encoding.UTF8.GetBytes(text.ToString());
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : struct, INumber<T> =>
        ((MetricFamily)state!).Record(double.CreateSaturating(value), tags);

    private void Listen<T>()
        where T : struct, INumber<T> =>
        _listener.SetMeasurementEventCallback<T>(Record);

    private MetricFamily[] Families()
    {
        lock (_families)
        {
            return [.. _byName.Values];
        }
    }

    private void Publish(Instrument instrument, MeterListener listener)
    {
        // Two fabrics in one process (as in a test) each have their own factory and keep their own figures.
        if (!instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal)
            || (instrument.Meter.Scope is { } scope && !ReferenceEquals(scope, _meters)))
        {
            return;
        }

        var name = MetricNames.Of(instrument);
        lock (_families)
        {
            if (!_byName.TryGetValue(name, out var family))
            {
                family = new MetricFamily(name, instrument, _seriesMax);
                _byName.Add(name, family);
            }

            if (family.Fits(instrument))
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        }
    }

    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException exception)
        {
            // One gauge that cannot be read must not hide all others.
            LogUnreadable(exception);
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "A metric could not be read", EventName = "MetricUnreadable")]
    private partial void LogUnreadable(Exception exception);
}
