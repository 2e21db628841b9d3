using System.Globalization;

namespace Hms.Bench;

/// <summary>What Linux says of another process.</summary>
internal static class ProcessFigures
{
    private const int UserTime = 11;
    private const int SystemTime = 12;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Processor time so far, user and system, in steps of 10 ms.</summary>
    public static TimeSpan CpuTime(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // The name, in parentheses, may hold anything; what follows it is counted from the state on.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[UserTime]) + Number(fields[SystemTime])) * Tick;
    }

    /// <summary>VmRSS, in megabytes of a million bytes.</summary>
    public static double ResidentMegabytes(int process)
    {
        const string label = "VmRSS:";
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(label, StringComparison.Ordinal));
        return Number(line[label.Length..].Replace("kB", "", StringComparison.Ordinal)) * 1024 / 1e6;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
