using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using Hms.Http.Metering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hms.Http.Tests.Metering;

public sealed partial class PrometheusExporterTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Meter _meter;
    private readonly PrometheusExporter _exporter;

    public PrometheusExporterTests()
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        _meter = factory.Create("Hms.Test");
        _exporter = new PrometheusExporter(new HttpOptions { MetricSeriesMax = 50 }, factory, NullLogger<PrometheusExporter>.Instance);
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _services.Dispose();
    }

    [GeneratedRegex("""^([a-zA-Z_][a-zA-Z0-9_]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,(?=[a-zA-Z_]))?)+\})? (NaN|[+-]Inf|-?[0-9.]+(E[+-]?[0-9]+)?)$""")]
    private static partial Regex Sample();

    [Fact]
    public void Counter_is_named_in_base_units_with_total()
    {
        _meter.CreateCounter<long>("hms.messages.accepted", "{message}", "Messages accepted.").Add(3);
        _meter.CreateCounter<long>("hms.stored", "By").Add(7);
        Assert.Contains("# HELP hms_messages_accepted_total Messages accepted.\n# TYPE hms_messages_accepted_total counter\nhms_messages_accepted_total 3\n", Scrape(), StringComparison.Ordinal);
        Assert.Contains("hms_stored_bytes_total 7\n", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Histogram_is_cumulative_over_the_advised_buckets()
    {
        var histogram = _meter.CreateHistogram(
            "hms.commit.batch", null, null, null, new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 10, 100] });
        foreach (var size in (int[])[1, 2, 10, 11, 1_000])
        {
            histogram.Record(size, new KeyValuePair<string, object?>("store", "s"));
        }

        Assert.Contains(
            """
            # TYPE hms_commit_batch histogram
            hms_commit_batch_bucket{store="s",le="1"} 1
            hms_commit_batch_bucket{store="s",le="10"} 3
            hms_commit_batch_bucket{store="s",le="100"} 4
            hms_commit_batch_bucket{store="s",le="+Inf"} 5
            hms_commit_batch_sum{store="s"} 1024
            hms_commit_batch_count{store="s"} 5

            """.ReplaceLineEndings("\n"),
            Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Histogram_without_advice_has_buckets_that_fit_seconds()
    {
        _meter.CreateHistogram<double>("hms.fsync", "s").Record(0.003);
        Assert.Contains("hms_fsync_seconds_bucket{le=\"0.0025\"} 0\nhms_fsync_seconds_bucket{le=\"0.005\"} 1\n", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Gauges_go_up_and_down()
    {
        var sum = _meter.CreateUpDownCounter<int>("hms.waiting");
        sum.Add(5);
        sum.Add(-2);
        _meter.CreateGauge<double>("hms.temperature").Record(1.5);
        Assert.Contains("# TYPE hms_waiting gauge\nhms_waiting 3\n", Scrape(), StringComparison.Ordinal);
        Assert.Contains("hms_temperature 1.5\n", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Observable_shows_what_is_there_now_and_forgets_what_is_gone()
    {
        Measurement<int>[] depths = [new(4, new KeyValuePair<string, object?>("kind", "a")), new(1, new KeyValuePair<string, object?>("kind", "b"))];
        _meter.CreateObservableGauge("hms.mailbox.depth", () => depths);
        Assert.Contains("hms_mailbox_depth{kind=\"a\"} 4\nhms_mailbox_depth{kind=\"b\"} 1\n", Scrape(), StringComparison.Ordinal);

        depths = [new(2, new KeyValuePair<string, object?>("kind", "b"))];
        var text = Scrape();
        Assert.DoesNotContain("kind=\"a\"", text, StringComparison.Ordinal);
        Assert.Contains("hms_mailbox_depth{kind=\"b\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Gauge_that_cannot_be_read_hides_no_other()
    {
        _meter.CreateObservableGauge("hms.broken", int () => throw new InvalidOperationException("broken"));
        _meter.CreateObservableGauge("hms.whole", () => 1);
        Assert.Contains("hms_whole 1\n", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_are_escaped_and_sorted_and_their_order_does_not_matter()
    {
        var counter = _meter.CreateCounter<long>("hms.odd");
        var (a, b) = (new KeyValuePair<string, object?>("b.c", "x\"\\\ny"), new KeyValuePair<string, object?>("a", 1));
        counter.Add(1, a, b);
        counter.Add(1, b, a);
        Assert.Contains("hms_odd_total{a=\"1\",b_c=\"x\\\"\\\\\\ny\"} 2\n", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Series_are_bounded_and_what_is_dropped_is_counted()
    {
        var counter = _meter.CreateCounter<long>("hms.many");
        for (var i = 0; i < 80; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        var text = Scrape();
        Assert.Equal(50, text.Split('\n').Count(line => line.StartsWith("hms_many_total{", StringComparison.Ordinal)));
        Assert.Contains("hms_metrics_dropped_total 30\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_our_meters_are_shown()
    {
        using var foreign = new Meter("Other");
        foreign.CreateCounter<long>("hms.foreign").Add(1);
        using var otherServices = new ServiceCollection().AddMetrics().BuildServiceProvider();
        otherServices.GetRequiredService<IMeterFactory>().Create("Hms.Test").CreateCounter<long>("hms.neighbour").Add(1);
        Assert.DoesNotContain("foreign", Scrape(), StringComparison.Ordinal);
        Assert.DoesNotContain("neighbour", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Instrument_without_a_measurement_is_not_shown()
    {
        _meter.CreateCounter<long>("hms.silent");
        Assert.DoesNotContain("silent", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Instruments_of_one_name_are_one_metric()
    {
        _meter.CreateCounter<long>("hms.same").Add(1);
        _services.GetRequiredService<IMeterFactory>().Create("Hms.Test.Second").CreateCounter<double>("hms.same").Add(1.5);
        _meter.CreateGauge<int>("hms.same.total").Record(9);
        Assert.Equal("hms_same_total 2.5", Assert.Single(Scrape().Split('\n'), line => line.StartsWith("hms_same_total", StringComparison.Ordinal)));
    }

    [Fact]
    public void Measurements_of_many_threads_are_all_counted()
    {
        var counter = _meter.CreateCounter<long>("hms.busy");
        var histogram = _meter.CreateHistogram<double>("hms.busy.time", "s");
        Parallel.For(0, 20_000, i =>
        {
            counter.Add(1, new KeyValuePair<string, object?>("n", i % 5));
            histogram.Record(0.5);
        });
        var text = Scrape();
        Assert.Contains("hms_busy_total{n=\"4\"} 4000\n", text, StringComparison.Ordinal);
        Assert.Contains("hms_busy_time_seconds_sum 10000\nhms_busy_time_seconds_count 20000\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Measurement_that_is_no_number_spoils_no_sum()
    {
        var histogram = _meter.CreateHistogram<double>("hms.strange", "s");
        histogram.Record(double.NaN);
        histogram.Record(double.PositiveInfinity);
        histogram.Record(1);
        Assert.Contains("hms_strange_seconds_sum 1\n", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = _meter.CreateHistogram<double>("hms.quiet", "s");
        KeyValuePair<string, object?> a = new("route", "/v1/messages"), b = new("method", "POST"), c = new("status", "202");
        histogram.Record(0.1, a, b, c);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            histogram.Record(0.1, a, b, c);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task Front_shows_its_own_figures_in_the_prometheus_format()
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync("/v1/supervisors/some-one").JsonAsync();
        await front.GetAsync("/nothing/here").ErrorAsync(ErrorCode.DestinationNotFound);
        using (await front.SendAsync(new HttpMethod("BREW"), "/v1/status"))
        {
        }

        using var answer = await front.GetAsync("/metrics");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.All(text.TrimEnd('\n').Split('\n').Where(line => line[0] != '#'), line => Assert.Matches(Sample(), line));
        Assert.Contains("hms_http_request_duration_seconds_count{method=\"GET\",route=\"/v1/supervisors/{id}\",status=\"200\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("hms_http_request_duration_seconds_count{method=\"GET\",route=\"none\",status=\"404\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("hms_http_request_duration_seconds_count{method=\"other\",route=\"none\",status=\"405\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("hms_refused_total{error_code=\"destination_not_found\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_resident_memory_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_cpu_seconds_total ", text, StringComparison.Ordinal);
        Assert.Contains("\ndotnet_gc_collections_total{generation=\"gen0\"} ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("some-one", text, StringComparison.Ordinal);
    }

    private string Scrape() => Encoding.UTF8.GetString(_exporter.Scrape());
}
