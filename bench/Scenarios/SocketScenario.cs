using Hms.Bench.Limits;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Processes;

namespace Hms.Bench.Scenarios;

/// <summary>Many sends in flight on WebSockets, one message a frame, beside one that only echoes and a SQLite that does nothing else.</summary>
internal static class SocketScenario
{
    private const string Name = "socket";
    private const double OneTarget = 0.6;
    private const double ManyTarget = 0.5;
    private const int RowsPerCommit = 128;
    private static readonly TimeSpan SqliteRound = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(BenchRun run)
    {
        using var scratch = new ScratchFolder(run.Options.Data);
        using var sqlite = new SqliteLimit(scratch.Combine("rows.db"), run.Options.Size);
        await using var echo = await BenchRun.StartBareSocketAsync();
        await using var ours = await run.StartOursAsync();
        var mailboxes = run.RegisterMailboxes(ours.Address, run.Options.Mailboxes);
        var one = new SocketLoad(mailboxes, Sockets: 1, InFlight: 256);
        var many = new SocketLoad(mailboxes, Sockets: 16, InFlight: 64);
        many.Register(run, ours.Address);

        List<RoundFigure> commits = [], echoOne = [], sendOne = [], echoMany = [], sendMany = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            commits.Add(sqlite.Measure(RowsPerCommit, SqliteRound));
            echoOne.Add(one.Send(run, echo.Address, round, toEcho: true).Figure);
            sendOne.Add(one.Send(run, ours.Address, round).Figure);
            echoMany.Add(many.Send(run, echo.Address, round, toEcho: true).Figure);
            sendMany.Add(many.Send(run, ours.Address, round).Figure);
        }
        run.Report.Add(Row.Of(Name, $"limit: SQLite, {RowsPerCommit} rows a commit", RoundFigure.Median(commits)));
        Compare(run, $"one socket, {one.InFlight} in flight", echoOne, sendOne, OneTarget, mailboxes.Count);
        Compare(run, $"{many.Sockets} sockets, {many.InFlight} in flight on each", echoMany, sendMany, ManyTarget, mailboxes.Count);
    }

    private static void Compare(BenchRun run, string how, List<RoundFigure> echo, List<RoundFigure> sends, double target, int mailboxes)
    {
        var ratio = RoundFigure.Median(sends.Zip(echo, (mine, limit) => mine.PerSecond / limit.PerSecond));
        run.Report.Add(Row.Of(Name, $"limit: bare WebSocket echo, {how}", RoundFigure.Median(echo)));
        run.Report.Add(Row.Of(Name, $"{how}, to {mailboxes} mailboxes", RoundFigure.Median(sends),
            Goal.AtLeast($"≥ {target} × the bare echo", target, ratio)));
    }
}
