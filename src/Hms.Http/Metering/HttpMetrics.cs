using System.Diagnostics.Metrics;
using System.Globalization;

namespace Hms.Http.Metering;

/// <summary>What the front itself measures. Labels come from closed sets, so that no caller can make new series.</summary>
internal sealed class HttpMetrics
{
    public const string MeterName = "Hms.Http";

    private static readonly double[] Bounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

    private static readonly string[] Statuses =
        [.. Enumerable.Range(0, 600).Select(status => status.ToString(CultureInfo.InvariantCulture))];

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _refused;

    public HttpMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _duration = meter.CreateHistogram(
            "hms.http.request.duration", "s", "Time from a request's head to the end of its answer, by route, method and status.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });
        _refused = meter.CreateCounter<long>("hms.refused", "{request}", "Requests refused, by error code.");
    }

    /// <summary>Counts a request that is over; not a socket, whose life is no answer's time.</summary>
    public void Answered(HttpContext context, TimeSpan elapsed)
    {
        if (_duration.Enabled && context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols)
        {
            _duration.Record(
                elapsed.TotalSeconds,
                new("route", (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none"),
                new("method", Known(context.Request.Method)),
                new("status", Statuses[Math.Clamp(context.Response.StatusCode, 0, Statuses.Length - 1)]));
        }
    }

    /// <summary>Counts a request that was refused.</summary>
    public void Refused(ErrorCode code) => _refused.Add(1, new KeyValuePair<string, object?>("error_code", code.WireName()));

    // A method is whatever the client writes.
    private static string Known(string method) => HttpMethods.GetCanonicalizedValue(method) switch
    {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        _ => "other",
    };
}
