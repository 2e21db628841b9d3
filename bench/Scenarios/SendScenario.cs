using Hms.Bench.Limits;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Processes;

namespace Hms.Bench.Scenarios;

/// <summary>Many sends at once, beside a Kestrel endpoint that does nothing and a SQLite that does nothing else.</summary>
internal static class SendScenario
{
    private const double Target = 0.5;
    private static readonly TimeSpan SqliteRound = TimeSpan.FromSeconds(1);

    public static Task DurableAsync(BenchRun run) => RunAsync(run, "send", "", ratio => Goal.AtLeast("≥ 0.5 × the bare endpoint", Target, ratio));

    public static Task InMemoryAsync(BenchRun run) => RunAsync(run, "memory", "Hms-Durability: memory\r\n", ratio => Goal.None($"{ratio:F2} × the bare endpoint"));

    private static async Task RunAsync(BenchRun run, string name, string headers, Func<double, Goal> judge)
    {
        using var scratch = new ScratchFolder(run.Options.Data);
        using var sqlite = new SqliteLimit(scratch.Combine("rows.db"), run.Options.Size);
        await using var bare = await BenchRun.StartBareAsync();
        await using var ours = await run.StartOursAsync();
        var mailboxes = run.RegisterMailboxes(ours.Address, run.Options.Mailboxes);
        var connections = run.Options.Connections;

        List<RoundFigure> endpoint = [], commits64 = [], commits128 = [], sends = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            endpoint.Add(run.Send(bare.Address, mailboxes, connections, round));
            commits64.Add(sqlite.Measure(rowsPerCommit: 64, SqliteRound));
            sends.Add(run.Send(ours.Address, mailboxes, connections, round, headers));
            commits128.Add(sqlite.Measure(rowsPerCommit: 128, SqliteRound));
        }

        var ratio = RoundFigure.Median(sends.Zip(endpoint, (mine, limit) => mine.PerSecond / limit.PerSecond));
        run.Report.Add(Row.Of(name, $"limit: bare endpoint, {connections} connections", RoundFigure.Median(endpoint)));
        run.Report.Add(Row.Of(name, "limit: SQLite, 64 rows a commit", RoundFigure.Median(commits64)));
        run.Report.Add(Row.Of(name, "limit: SQLite, 128 rows a commit", RoundFigure.Median(commits128)));
        run.Report.Add(Row.Of(name, $"{connections} connections to {mailboxes.Count} mailboxes", RoundFigure.Median(sends), judge(ratio)));
    }
}
