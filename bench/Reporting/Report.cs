using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hms.Bench.Reporting;

/// <summary>The lines of a run: shown as they come, then as one table, and as JSON.</summary>
internal sealed class Report(TextWriter output)
{
    private static readonly string[] Head = ["scenario", "what", "per second", "p50", "p99", "p99.9", "target", "measured", "verdict"];
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };
    private readonly List<Row> rows = [];

    public void Add(Row row)
    {
        rows.Add(row);
        output.WriteLine($"  {string.Join("  ", Cells(row).Skip(1).Where(cell => cell.Length > 0))}");
    }

    public void Say(string line) => output.WriteLine(line);

    public void WriteTable()
    {
        List<string[]> lines = [Head, .. rows.Select(Cells)];
        var widths = Enumerable.Range(0, Head.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        lines.Insert(1, [.. widths.Select(width => new string('-', width))]);
        output.WriteLine();
        foreach (var line in lines)
            output.WriteLine($"| {string.Join(" | ", line.Select((cell, column) => Pad(cell, column, widths[column])))} |");
    }

    public void WriteJson(string path)
    {
        var document = new
        {
            Machine = new { Cores = Environment.ProcessorCount, Os = RuntimeInformation.OSDescription, Runtime = RuntimeInformation.FrameworkDescription },
            Units = "per_second: messages, requests, rows, commits, pairs, tasks or heartbeats; p50, p99, p999: microseconds; medians of the rounds",
            Rows = rows,
        };
        File.WriteAllText(path, JsonSerializer.Serialize(document, Json));
    }

    private static string Pad(string cell, int column, int width) =>
        column is >= 2 and <= 5 ? cell.PadLeft(width) : cell.PadRight(width);

    private static string[] Cells(Row row) =>
    [
        row.Scenario, row.What, row.PerSecond?.ToString("N0", CultureInfo.InvariantCulture) ?? "",
        Time(row.P50), Time(row.P99), Time(row.P999),
        row.Goal?.Target ?? "", row.Goal?.Measured ?? "", row.Goal?.Met switch { null => "", true => "met", false => "short" },
    ];

    private static string Time(double? micros) => micros switch
    {
        null => "",
        < 10_000 => $"{micros:F0} µs",
        < 10_000_000 => $"{micros / 1000:F1} ms",
        _ => $"{micros / 1_000_000:F1} s",
    };
}
