using Hms.Bench.Limits;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Processes;

namespace Hms.Bench.Scenarios;

/// <summary>One send at a time: what the fabric adds to the one fsync that a durable receipt cannot do without.</summary>
internal static class SendOneScenario
{
    private const string Name = "send1";
    private const int SyncsPerRound = 1000;
    private const double Factor = 1.6;
    private const double ExtraMicros = 100;

    public static async Task RunAsync(BenchRun run)
    {
        using var scratch = new ScratchFolder(run.Options.Data);
        using var disk = new DiskLimit(scratch.Combine("sync"));
        using var sqlite = new SqliteLimit(scratch.Combine("rows.db"), run.Options.Size);
        await using var ours = await run.StartOursAsync();
        var mailboxes = run.RegisterMailboxes(ours.Address, 1);

        List<RoundFigure> syncs = [], commits = [], sends = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            syncs.Add(disk.Measure(SyncsPerRound));
            commits.Add(sqlite.Measure(rowsPerCommit: 1, TimeSpan.FromSeconds(1)));
            sends.Add(run.Send(ours.Address, mailboxes, connections: 1, round));
        }

        var allowed = RoundFigure.Median(syncs.Select(sync => (Factor * sync.P50) + ExtraMicros));
        var send = RoundFigure.Median(sends);
        run.Report.Add(Row.Of(Name, "limit: one fdatasync of 4 KiB", RoundFigure.Median(syncs)));
        run.Report.Add(Row.Of(Name, "limit: SQLite, 1 row a commit", RoundFigure.Median(commits)));
        run.Report.Add(Row.Of(Name, "one durable send at a time", send, new Goal(
            $"p50 ≤ 1.6 × fdatasync + 100 µs = {allowed:F0} µs", $"{send.P50:F0} µs", send.P50 <= allowed)));
    }
}
