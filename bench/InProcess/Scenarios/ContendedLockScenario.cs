using System.Diagnostics;
using Hms.Abstractions;
using Hms.Bench.InProcess.Load;
using Hms.Bench.Limits;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Processes;
using Hms.Protocol.Coordination;

namespace Hms.Bench.InProcess.Scenarios;

/// <summary>One lock that sixteen want: from the call of a release until the next one's acquire has returned, in commits of the same store.</summary>
internal static class ContendedLockScenario
{
    private const string Name = "lock-contended";
    private const string LockName = "bench_lock";
    private const int Count = 16;
    private const double CommitsAllowed = 3;
    private const int SyncsPerRound = 1000;
    private const long LeaseMs = 30_000;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(InProcessRun run)
    {
        using var scratch = new ScratchFolder(run.Options.Data);
        using var disk = new DiskLimit(scratch.Combine("sync"));
        await using var local = await run.StartAsync();
        var owners = await local.RegisterAsync("bench_owner", Count);
        var row = new RowSource(local.Store, "bench_row");

        List<RoundFigure> syncs = [], commits = [], handovers = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            syncs.Add(disk.Measure(SyncsPerRound));
            commits.Add(await Callers.RunAsync(1, InProcessRun.WarmUp(round), TimeSpan.FromSeconds(1), _ => CommitAsync(row)));
            var relay = new Relay(local.Fabric.Locks, owners);
            handovers.Add(await Callers.RunAsync(Count, InProcessRun.WarmUp(round), run.Options.Round, relay.TakeAsync));
        }

        var inCommits = RoundFigure.Median(handovers.Zip(commits, (mine, commit) => mine.P50 / commit.P50));
        var inSyncs = RoundFigure.Median(handovers.Zip(syncs, (mine, sync) => mine.P50 / sync.P50));
        run.Report.Add(Row.Of(Name, "limit: one fdatasync of 4 KiB", RoundFigure.Median(syncs)));
        run.Report.Add(Row.Of(Name, "limit: one commit of the store at a time", RoundFigure.Median(commits)));
        run.Report.Add(Row.Of(Name, $"one lock, {Count} callers: release → the next has it", RoundFigure.Median(handovers),
            Goal.Below($"p50 < {CommitsAllowed} × p50 of a commit", CommitsAllowed, inCommits, "commits")));
        run.Report.Add(Row.Plain(Name, "the same p50, in fdatasyncs", Goal.None($"{inSyncs:F2} fdatasyncs")));
    }

    private static async Task<Cycle> CommitAsync(RowSource row)
    {
        var began = Stopwatch.GetTimestamp();
        await row.CommitAsync();
        return Cycle.Since(began);
    }

    /// <summary>The lock that goes round. Only its holder touches the time at which it was released last.</summary>
    private sealed class Relay(ILocks locks, string[] owners)
    {
        private long releasedAt;
        private long lastToken;

        public async Task<Cycle> TakeAsync(int caller)
        {
            var answer = await locks.AcquireAsync(LockName, new LockBid(owners[caller], LeaseMs), Wait);
            var now = Stopwatch.GetTimestamp();
            if (!answer.Granted || answer.FencingToken <= lastToken)
                throw new InvalidOperationException($"{LockName} was not granted as it should be, after token {lastToken}: {answer}");
            lastToken = answer.FencingToken;
            // The very first one had nobody before it.
            var handover = new Cycle(releasedAt == 0 ? now : releasedAt, now);
            releasedAt = Stopwatch.GetTimestamp();
            await locks.ReleaseAsync(LockName, owners[caller], answer.FencingToken);
            return handover;
        }
    }
}
