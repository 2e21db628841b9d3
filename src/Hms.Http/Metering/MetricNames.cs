using System.Diagnostics.Metrics;

namespace Hms.Http.Metering;

/// <summary>How an instrument's name becomes a metric's: base units spelled out, <c>_total</c> on counters, underscores for dots.</summary>
internal static class MetricNames
{
    /// <summary>The metric's name, such as <c>hms_http_request_duration_seconds</c>.</summary>
    public static string Of(Instrument instrument)
    {
        var name = WithSuffix(Clean(instrument.Name), SuffixOf(instrument.Unit));
        return IsCounter(instrument) ? WithSuffix(name, "total") : name;
    }

    /// <summary>Whether it only ever grows.</summary>
    public static bool IsCounter(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type
        && (type.GetGenericTypeDefinition() == typeof(Counter<>) || type.GetGenericTypeDefinition() == typeof(ObservableCounter<>));

    /// <summary>Replaces what a metric or a label may not be called by.</summary>
    public static string Clean(string name)
    {
        var clean = string.Create(name.Length, name, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
            }
        });
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? $"_{clean}" : clean;
    }

    private static string WithSuffix(string name, string suffix) =>
        suffix.Length == 0 || name.EndsWith($"_{suffix}", StringComparison.Ordinal) ? name : $"{name}_{suffix}";

    // Units are those of UCUM, as OpenTelemetry writes them; what stands in braces only annotates.
    private static string SuffixOf(string? unit) => unit switch
    {
        null or "" or "1" => "",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "%" => "percent",
        _ when unit.StartsWith('{') => "",
        _ => Clean(unit),
    };
}
