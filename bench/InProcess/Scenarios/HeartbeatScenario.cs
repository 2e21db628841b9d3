using System.Diagnostics;
using Hms.Bench.InProcess.Load;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Protocol;

namespace Hms.Bench.InProcess.Scenarios;

/// <summary>What the process burns while very many supervisors say every ten seconds that they are alive; who says so is in the figure.</summary>
internal static class HeartbeatScenario
{
    private const string Name = "heartbeats";
    private const int RegisteredAtOnce = 2_000;
    private const double CoresAllowed = 0.25;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rest = Interval;
    private static readonly Heartbeat Beat = new() { Status = "ok", Load = 0.5 };

    public static async Task RunAsync(InProcessRun run)
    {
        await using var local = await run.StartAsync();
        var supervisors = Enumerable.Range(0, run.Options.Supervisors).Select(i => $"bench_{i}").ToArray();
        var pacer = new Pacer(Interval, async number => await local.Fabric.Supervisors.HeartbeatAsync(supervisors[number], Beat));
        using var stopping = new CancellationTokenSource();
        var pacing = Task.Run(() => pacer.RunAsync(stopping.Token));

        // The first ones would be dead before the last were registered, if they did not beat meanwhile.
        foreach (var some in supervisors.Chunk(RegisteredAtOnce))
        {
            await local.RegisterAsync(some, Interval);
            pacer.Members += some.Length;
        }

        // The registrations' own work (compilation, collection, checkpoint) ends before the watch begins.
        await Task.Delay(Rest);
        List<double> rates = [], cores = [];
        for (var round = 0; round < run.Options.Rounds && !pacing.IsCompleted; round++)
        {
            var (began, beats, cpu) = (Stopwatch.GetTimestamp(), pacer.Beats, Environment.CpuUsage.TotalTime);
            await Task.Delay(run.Options.Round);
            var elapsed = Stopwatch.GetElapsedTime(began);
            rates.Add((pacer.Beats - beats) / elapsed.TotalSeconds);
            cores.Add((Environment.CpuUsage.TotalTime - cpu) / elapsed);
        }
        await stopping.CancelAsync();
        await pacing;

        run.Report.Add(new Row(Name, $"CPU, {supervisors.Length:N0} supervisors, a heartbeat every {Interval.TotalSeconds} s, in process",
            RoundFigure.Median(rates), null, null, null,
            Goal.Below($"< {CoresAllowed} cores", CoresAllowed, RoundFigure.Median(cores), "cores")));
    }
}
