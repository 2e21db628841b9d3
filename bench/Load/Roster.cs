using System.Diagnostics;

namespace Hms.Bench.Load;

/// <summary>Supervisors who each beat once an interval, one after the other; several workers share them.</summary>
/// <param name="ids">All that there will be.</param>
/// <param name="interval">From one beat of a supervisor to its next.</param>
/// <param name="workers">How many share them, each as many beats as the others.</param>
internal sealed class Roster(IReadOnlyList<string> ids, TimeSpan interval, int workers)
{
    private int members;
    private int next;

    /// <summary>How many beat, the first ones of all; another thread may let it grow.</summary>
    public int Members
    {
        get => Volatile.Read(ref members);
        set => Volatile.Write(ref members, value);
    }

    /// <summary>Stopwatch ticks in which one worker's share is one beat; long where nobody beats yet.</summary>
    public double TicksPerBeat => interval.TotalSeconds * Stopwatch.Frequency * workers / Math.Max(1, Members);

    /// <summary>Who beats next.</summary>
    public string Next() => ids[next = (next + 1) % Members];
}
