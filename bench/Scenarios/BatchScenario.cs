using Hms.Bench.Limits;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Processes;

namespace Hms.Bench.Scenarios;

/// <summary>Many messages at a time, in a frame of a WebSocket or in an NDJSON body, beside a SQLite that does nothing else.</summary>
internal static class BatchScenario
{
    private const int RowsPerCommit = 128;
    private const int PerFrame = 64;
    private const int FramesInFlight = 8;
    private const int LinesPerBody = 1000;
    private const int Connections = 2;
    private const double Target = 0.5;
    private static readonly TimeSpan SqliteRound = TimeSpan.FromSeconds(1);

    public static Task FramesAsync(BenchRun run) => RunAsync(
        run, "frames", $"one socket, {FramesInFlight} frames of {PerFrame} in flight (latency: a frame)", SendFrames);

    public static Task NdjsonAsync(BenchRun run) => RunAsync(
        run, "ndjson", $"{Connections} connections, bodies of {LinesPerBody:N0} lines (latency: a body)", SendBodies);

    private static async Task RunAsync(
        BenchRun run, string name, string what, Func<BenchRun, Uri, IReadOnlyList<string>, int, RoundFigure> send)
    {
        using var scratch = new ScratchFolder(run.Options.Data);
        using var sqlite = new SqliteLimit(scratch.Combine("rows.db"), run.Options.Size);
        await using var ours = await run.StartOursAsync();
        var mailboxes = run.RegisterMailboxes(ours.Address, run.Options.Mailboxes);
        new SocketLoad(mailboxes).Register(run, ours.Address);

        List<RoundFigure> commits = [], sends = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            commits.Add(sqlite.Measure(RowsPerCommit, SqliteRound));
            sends.Add(send(run, ours.Address, mailboxes, round));
        }

        var ratio = RoundFigure.Median(sends.Zip(commits, (mine, limit) => mine.PerSecond / limit.PerSecond));
        run.Report.Add(Row.Of(name, $"limit: SQLite, {RowsPerCommit} rows a commit", RoundFigure.Median(commits)));
        run.Report.Add(Row.Of(name, what, RoundFigure.Median(sends), Goal.AtLeast($"≥ {Target} × SQLite", Target, ratio)));
    }

    private static RoundFigure SendFrames(BenchRun run, Uri server, IReadOnlyList<string> mailboxes, int round) =>
        new SocketLoad(mailboxes, Sockets: 1, FramesInFlight, PerFrame).Send(run, server, round).Figure;

    private static RoundFigure SendBodies(BenchRun run, Uri server, IReadOnlyList<string> mailboxes, int round)
    {
        var recorder = new Recorder(run.Failures);
        var senders = Enumerable.Range(0, Connections).Select(connection => new NdjsonSender(server, [.. Enumerable.Range(0, LinesPerBody)
            .Select(line => new MessageTemplate($"bench_sender_{connection}", mailboxes[line % mailboxes.Count], run.Options.Size))], recorder));
        using var driver = new Driver(server, senders, recorder);
        driver.Run(BenchRun.WarmUp(round), run.Options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }
}
