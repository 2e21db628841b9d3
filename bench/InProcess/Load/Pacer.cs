using System.Diagnostics;

namespace Hms.Bench.InProcess.Load;

/// <summary>Lets each of many beat once an interval: a few at every tick, one after the other.</summary>
/// <param name="interval">From one beat of a supervisor to its next.</param>
/// <param name="beat">Lets the one of that number beat.</param>
internal sealed class Pacer(TimeSpan interval, Func<int, Task> beat)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private int members;
    private int next;
    private double due;

    /// <summary>How many beat; may grow while they do.</summary>
    public int Members
    {
        get => Volatile.Read(ref members);
        set => Volatile.Write(ref members, value);
    }

    /// <summary>Beats so far.</summary>
    public long Beats { get; private set; }

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Tick);
        var late = new List<Task>();
        var last = Stopwatch.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            var now = Stopwatch.GetTimestamp();
            due += Stopwatch.GetElapsedTime(last, now) / interval * Members;
            last = now;
            for (; due >= 1; due--)
            {
                if (beat(next) is { IsCompletedSuccessfully: false } unfinished)
                    late.Add(unfinished);
                next = (next + 1) % Members;
                Beats++;
            }
            await Task.WhenAll(late);
            late.Clear();
        }
    }
}
