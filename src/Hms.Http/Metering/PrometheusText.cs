using System.Globalization;
using System.Text;

namespace Hms.Http.Metering;

/// <summary>Writes the Prometheus text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes one metric with all its series.</summary>
    public static void Write(StringBuilder text, MetricFamily family)
    {
        var series = family.Series;
        if (series.Count == 0)
        {
            return;
        }

        WriteHead(text, family.Name, family.Help, family.Type);
        foreach (var one in series)
        {
            if (family.Type == "histogram")
            {
                WriteHistogram(text, family, one);
            }
            else
            {
                WriteSample(text, family.Name, one.Labels, one.Value);
            }
        }
    }

    public static void WriteHead(StringBuilder text, string name, string help, string type) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(help, quotes: false)).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    public static void WriteSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>The labels of a set of tags, by name, as <c>a="b",c="d"</c>. Of two tags of one name the first one counts.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            labels.TryAdd(MetricNames.Clean(key), Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }

        return string.Join(',', labels.Select(label => $"{label.Key}=\"{Escaped(label.Value, quotes: true)}\""));
    }

    private static void WriteHistogram(StringBuilder text, MetricFamily family, Series series)
    {
        var count = 0L;
        for (var i = 0; i <= family.Bounds.Length; i++)
        {
            count += series.InBucket(i);
            var bound = i < family.Bounds.Length ? Number(family.Bounds[i]) : "+Inf";
            var labels = series.Labels.Length == 0 ? $"le=\"{bound}\"" : $"{series.Labels},le=\"{bound}\"";
            WriteSample(text, $"{family.Name}_bucket", labels, count);
        }

        WriteSample(text, $"{family.Name}_sum", series.Labels, series.Value);
        WriteSample(text, $"{family.Name}_count", series.Labels, count);
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escaped(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
