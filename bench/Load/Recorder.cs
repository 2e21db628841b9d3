using System.Diagnostics;
using System.Text;

namespace Hms.Bench.Load;

/// <summary>What the workers of one run measured between two moments, and every answer that should not have been.</summary>
internal sealed class Recorder(Failures failures)
{
    private long from = long.MaxValue;
    private long until;
    private long lastAt;

    public Histogram Latency { get; } = new();

    public long Items { get; private set; }

    /// <summary>The length of the window; a run that finished its work sooner is measured to its last answer.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(from, EndedEarly ? lastAt : until).TotalSeconds;

    public double PerSecond => Items == 0 ? 0 : Items / Seconds;

    /// <summary>Set when the work was used up before the window closed.</summary>
    public bool EndedEarly { get; set; }

    public void Open(long start, long end) => (from, until) = (start, end);

    /// <summary>Counts <paramref name="items"/> and one latency, if the answer came within the window.</summary>
    public void Record(long began, long now, int items = 1)
    {
        if (now < from || now >= until)
            return;
        Items += items;
        lastAt = now;
        Latency.Record(Stopwatch.GetElapsedTime(began, now).Ticks * TimeSpan.NanosecondsPerTick);
    }

    /// <summary>True when the status is the one expected; else the answer is kept as a failure.</summary>
    public bool Expect(int status, in HttpAnswer answer, string doing)
    {
        if (answer.Status == status)
            return true;
        failures.Add($"{doing}: expected {status}, got {answer.Status} {Encoding.UTF8.GetString(answer.Body[..Math.Min(300, answer.Body.Length)])}");
        return false;
    }

    public void Fail(string what) => failures.Add(what);
}
