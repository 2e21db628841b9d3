using System.Diagnostics;
using Hms.Bench.Load;

namespace Hms.Bench.InProcess.Load;

/// <summary>Callers that work side by side, each with one call at a time.</summary>
internal static class Callers
{
    /// <summary>Lets each go through its cycle again and again, and measures those cycles that end when the warm-up is over.</summary>
    /// <param name="count">How many callers.</param>
    /// <param name="warmUp">How long nothing counts.</param>
    /// <param name="measured">How long every cycle counts that ends in it.</param>
    /// <param name="cycle">One cycle of the caller of that number.</param>
    public static async Task<RoundFigure> RunAsync(int count, TimeSpan warmUp, TimeSpan measured, Func<int, Task<Cycle>> cycle)
    {
        var from = Stopwatch.GetTimestamp() + ToTicks(warmUp);
        var until = from + ToTicks(measured);
        var cycles = await Task.WhenAll(Enumerable.Range(0, count).Select(caller => Task.Run(() => LoopAsync(caller, until, cycle))));
        var latency = new Histogram();
        foreach (var one in cycles.SelectMany(cycles => cycles).Where(one => one.Ended >= from && one.Ended < until))
            latency.Record(Stopwatch.GetElapsedTime(one.Began, one.Ended).Ticks * TimeSpan.NanosecondsPerTick);
        return new RoundFigure(latency.Count / measured.TotalSeconds, latency);
    }

    private static async Task<List<Cycle>> LoopAsync(int caller, long until, Func<int, Task<Cycle>> cycle)
    {
        var cycles = new List<Cycle>();
        while (Stopwatch.GetTimestamp() < until)
            cycles.Add(await cycle(caller));
        return cycles;
    }

    private static long ToTicks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);
}

/// <summary>What is to be timed of one cycle, in Stopwatch ticks.</summary>
internal readonly record struct Cycle(long Began, long Ended)
{
    /// <summary>One that ends now.</summary>
    public static Cycle Since(long began) => new(began, Stopwatch.GetTimestamp());
}
