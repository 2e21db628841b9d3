using System.Diagnostics;
using Hms.Abstractions;
using Hms.Bench.InProcess.Load;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Protocol.Coordination;

namespace Hms.Bench.InProcess.Scenarios;

/// <summary>Locks that nobody else wants, acquired and released, beside what the store's group commit allows: two commits for each pair.</summary>
internal static class LockScenario
{
    private const string Name = "lock";
    private const int Count = 16;
    private const double Target = 0.6;
    private const long LeaseMs = 30_000;

    public static async Task RunAsync(InProcessRun run)
    {
        await using var local = await run.StartAsync();
        var registered = await local.RegisterAsync("bench_owner", Count);
        var unregistered = Enumerable.Range(0, Count).Select(i => $"bench_stranger_{i}").ToArray();
        var rows = Enumerable.Range(0, Count).Select(i => new RowSource(local.Store, $"bench_row_{i}")).ToArray();

        List<RoundFigure> limits = [], known = [], unknown = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            limits.Add(await Callers.RunAsync(Count, InProcessRun.WarmUp(round), run.Options.Round, caller => CommitTwiceAsync(rows[caller])));
            known.Add(await MeasureAsync(run, local, round, registered));
            unknown.Add(await MeasureAsync(run, local, round, unregistered));
        }
        run.Report.Add(Row.Of(Name, $"limit: the store, {Count} callers, two commits one after the other", RoundFigure.Median(limits)));
        Compare(run, "registered", limits, known);
        Compare(run, "not registered", limits, unknown);
    }

    private static void Compare(InProcessRun run, string owners, List<RoundFigure> limits, List<RoundFigure> pairs)
    {
        var ratio = RoundFigure.Median(pairs.Zip(limits, (mine, limit) => mine.PerSecond / limit.PerSecond));
        run.Report.Add(Row.Of(Name, $"acquire + release, {Count} callers, a lock each, owners {owners}", RoundFigure.Median(pairs),
            Goal.AtLeast($"≥ {Target} × the store", Target, ratio)));
    }

    private static Task<RoundFigure> MeasureAsync(InProcessRun run, LocalFabric local, int round, string[] owners) =>
        Callers.RunAsync(owners.Length, InProcessRun.WarmUp(round), run.Options.Round,
            caller => PairAsync(local.Fabric.Locks, $"{owners[caller]}_lock", owners[caller]));

    private static async Task<Cycle> PairAsync(ILocks locks, string name, string owner)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await locks.AcquireAsync(name, new LockBid(owner, LeaseMs));
        if (answer is not { Granted: true, Renewed: false })
            throw new InvalidOperationException($"{name} was not granted: {answer}");
        await locks.ReleaseAsync(name, owner, answer.FencingToken);
        return Cycle.Since(began);
    }

    private static async Task<Cycle> CommitTwiceAsync(RowSource row)
    {
        var began = Stopwatch.GetTimestamp();
        await row.CommitAsync();
        await row.CommitAsync();
        return Cycle.Since(began);
    }
}
