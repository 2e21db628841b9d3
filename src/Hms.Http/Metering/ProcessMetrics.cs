using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Hms.Http.Metering;

/// <summary>How the process does, under the names that Prometheus users know.</summary>
internal sealed class ProcessMetrics
{
    public ProcessMetrics(IMeterFactory meters)
    {
        var started = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        var meter = meters.Create("Hms.Process");
        meter.CreateObservableGauge("process.resident_memory", () => Environment.WorkingSet, "By", "Memory of the process that is in RAM.");
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time used.");
        meter.CreateObservableGauge(
            "process.start_time", () => started.ToUnixTimeMilliseconds() / 1_000.0, "s", "When the fabric started, as Unix time.");
        meter.CreateObservableGauge("process.uptime", () => clock.Elapsed.TotalSeconds, "s", "Time since the fabric started.");
        meter.CreateObservableGauge(
            "dotnet.gc.heap.size", () => GC.GetTotalMemory(forceFullCollection: false), "By", "Managed memory in use.");
        meter.CreateObservableCounter("dotnet.gc.collections", Collections, "{collection}", "Garbage collections, by generation.");
    }

    private static IEnumerable<Measurement<long>> Collections()
    {
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            // A collection of one generation is one of every younger one, too, and is counted there; told apart they add up.
            var younger = generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0;
            yield return new Measurement<long>(
                GC.CollectionCount(generation) - younger, new KeyValuePair<string, object?>("generation", $"gen{generation}"));
        }
    }
}
