using System.Diagnostics;
using System.Text;
using Hms.Bench.Load;
using Hms.Bench.Reporting;

namespace Hms.Bench.Scenarios;

/// <summary>A mailbox in which a million messages wait, beside an empty one in a server of its own.</summary>
internal static class DeepScenario
{
    private const string Name = "deep";
    private const double MegabytesAllowed = 500;
    private const double SecondsAllowed = 5;
    private const double SpeedKept = 0.8;
    private static readonly TimeSpan LoadPatience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(BenchRun run)
    {
        if (run.Options.Url is not null)
        {
            run.Report.Say("  deep needs a server that the bench starts: it is restarted, and its memory is read from /proc.");
            return;
        }
        await using var deep = await run.StartOursAsync();
        await using var empty = await run.StartOursAsync();
        var mailbox = run.RegisterMailboxes(deep.Address, 1);
        run.RegisterMailboxes(empty.Address, 1);

        run.Report.Add(Row.Of(Name, $"loading {run.Options.Messages:N0} messages", Load(run, deep.Address, mailbox[0], out var seconds),
            Goal.None($"{seconds:F0} s")));
        var memory = ProcessFigures.ResidentMegabytes(deep.Process!.Id);
        CompareSpeed(run, deep.Address, empty.Address, mailbox);
        memory = Math.Max(memory, ProcessFigures.ResidentMegabytes(deep.Process.Id));
        run.Report.Add(Row.Plain(Name, "resident memory, the larger of after loading and after the rounds",
            Goal.Below("< 500 MB", MegabytesAllowed, memory, "MB")));
        await RestartAsync(run, deep, mailbox[0]);
    }

    private static RoundFigure Load(BenchRun run, Uri server, string mailbox, out double seconds)
    {
        var recorder = new Recorder(run.Failures);
        var quota = new Quota(run.Options.Messages);
        var senders = Enumerable.Range(0, run.Options.Connections)
            .Select(i => new Sender(run.NewMessage(server, $"bench_sender_{i}", mailbox), recorder, quota));
        using var driver = new Driver(server, senders, recorder);
        driver.Run(TimeSpan.Zero, LoadPatience);
        if (recorder.Items < run.Options.Messages)
            recorder.Fail($"deep: only {recorder.Items:N0} messages were loaded.");
        seconds = recorder.Seconds;
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }

    private static void CompareSpeed(BenchRun run, Uri deep, Uri empty, IReadOnlyList<string> mailbox)
    {
        var patience = run.Options.Round * 10;
        List<RoundFigure> sendsEmpty = [], sendsDeep = [], receivesEmpty = [], receivesDeep = [];
        // Round 0 warms the empty server up, as loading did for the deep one; neither of its figures is kept.
        for (var round = 0; round <= run.Options.Rounds; round++)
        {
            var sendEmpty = run.Send(empty, mailbox, run.Options.Connections, round);
            var sendDeep = run.Send(deep, mailbox, run.Options.Connections, round);
            var share = (long)(sendEmpty.PerSecond * run.Options.Round.TotalSeconds);
            var receiveEmpty = run.Drain(empty, mailbox, patience);
            var receiveDeep = run.Drain(deep, mailbox, patience, share);
            if (round == 0)
                continue;
            sendsEmpty.Add(sendEmpty);
            sendsDeep.Add(sendDeep);
            receivesEmpty.Add(receiveEmpty);
            receivesDeep.Add(receiveDeep);
        }
        Compare(run, "send", sendsEmpty, sendsDeep);
        Compare(run, "receive 100 + ack", receivesEmpty, receivesDeep);
    }

    private static void Compare(BenchRun run, string what, List<RoundFigure> empty, List<RoundFigure> deep)
    {
        var ratio = RoundFigure.Median(deep.Zip(empty, (mine, other) => mine.PerSecond / other.PerSecond));
        run.Report.Add(Row.Of(Name, $"{what}, empty mailbox", RoundFigure.Median(empty)));
        run.Report.Add(Row.Of(Name, $"{what}, deep mailbox", RoundFigure.Median(deep), Goal.AtLeast("≥ 0.8 × the empty one", SpeedKept, ratio)));
    }

    private static async Task RestartAsync(BenchRun run, Target deep, string mailbox)
    {
        var began = Stopwatch.GetTimestamp();
        await deep.StopAsync(StopPatience);
        run.Report.Add(Row.Plain(Name, "graceful stop", Goal.None($"{Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s")));

        began = Stopwatch.GetTimestamp();
        await deep.StartAgainAsync(run.Options.Server, LoadPatience);
        var ready = Stopwatch.GetElapsedTime(began).TotalSeconds;
        ReceiveOne(run, deep.Address, mailbox);
        var received = Stopwatch.GetElapsedTime(began).TotalSeconds;
        run.Report.Add(Row.Plain(Name, "from start until ready", Goal.Below("< 5 s", SecondsAllowed, ready, "s")));
        run.Report.Add(Row.Plain(Name, "from start until the first message is received", Goal.Below("< 5 s", SecondsAllowed, received, "s")));
        run.Report.Add(Row.Plain(Name, "resident memory after the restart",
            Goal.Below("< 500 MB", MegabytesAllowed, ProcessFigures.ResidentMegabytes(deep.Process!.Id), "MB")));
    }

    private static void ReceiveOne(BenchRun run, Uri server, string mailbox)
    {
        using var connection = new Connection(server);
        connection.Send(Encoding.ASCII.GetBytes(
            $"GET /v1/supervisors/{mailbox}/messages?max=1&wait_ms=0 HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n"));
        HttpAnswer answer;
        while (!connection.TryReceive(out answer))
        {
        }
        if (answer.Status != 200 || !new Deliveries(answer.Body).MoveNext())
            run.Failures.Add($"deep: nothing was received after the restart (status {answer.Status}).");
    }
}
