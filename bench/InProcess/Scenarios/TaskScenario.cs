using System.Diagnostics;
using Hms.Bench.InProcess.Load;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Protocol.Coordination;

namespace Hms.Bench.InProcess.Scenarios;

/// <summary>A graph of tasks, and one of ten times as many: nothing may cost more for there being more.</summary>
internal static class TaskScenario
{
    private const string Name = "tasks";
    private const int Workers = 8;
    private const double Factor = 12;
    private const int WarmUpUnits = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static async Task RunAsync(InProcessRun run)
    {
        var units = run.Options.Tasks / 10 / TaskGraph.Step;
        var small = new TaskGraph(units);
        var large = new TaskGraph(10 * units);
        await MeasureAsync(run, new TaskGraph(WarmUpUnits));

        // Only the smaller one is short enough to be done several times; half before the larger, half after it.
        List<Times> ofSmall = [];
        for (var round = 0; round < run.Options.Rounds; round += 2)
            ofSmall.Add(await MeasureAsync(run, small));
        var ofLarge = await MeasureAsync(run, large);
        for (var round = 1; round < run.Options.Rounds; round += 2)
            ofSmall.Add(await MeasureAsync(run, small));

        var create = RoundFigure.Median(ofSmall.Select(times => times.Create));
        var whole = RoundFigure.Median(ofSmall.Select(times => times.Whole));
        Add(run, small, new Times(create, whole));
        Add(run, large, ofLarge);
        run.Report.Add(Row.Plain(Name, "ordering: ten times the tasks", Goal.None($"{ofLarge.Create / create:F1} × the time")));
        run.Report.Add(Row.Plain(Name, "from the first order to the last completion: ten times the tasks",
            new Goal($"≤ {Factor} × the time", $"{ofLarge.Whole / whole:F1} × the time", ofLarge.Whole / whole <= Factor)));
    }

    private static void Add(InProcessRun run, TaskGraph graph, Times times)
    {
        AddRate("ordering", times.Create);
        AddRate("doing", times.Whole - times.Create);
        AddRate("from the first order to the last completion:", times.Whole);

        void AddRate(string what, double seconds) => run.Report.Add(
            new Row(Name, $"{what} {graph.Count:N0} tasks", graph.Count / seconds, null, null, null, Goal.None($"{seconds:F2} s")));
    }

    private static async Task<Times> MeasureAsync(InProcessRun run, TaskGraph graph)
    {
        await using var local = await run.StartAsync();
        await local.RegisterAsync([TaskGraph.Assigner]);
        var workers = await local.RegisterAsync("bench_worker", Workers);

        var began = Stopwatch.GetTimestamp();
        await graph.CreateAsync(local.Fabric.Tasks, workers);
        var create = Stopwatch.GetElapsedTime(began);
        await using var force = new TaskForce(local.Fabric, workers, graph.Count);
        await force.AllAsync(Patience);
        var whole = Stopwatch.GetElapsedTime(began);

        var last = await local.Fabric.Tasks.GetAsync(graph.Last);
        return last.Phase == TaskPhase.Completed
            ? new Times(create.TotalSeconds, whole.TotalSeconds)
            : throw new InvalidOperationException($"{graph.Last} is {last.Phase}.");
    }

    /// <summary>Seconds until all were ordered, and until all were done.</summary>
    private sealed record Times(double Create, double Whole);
}
