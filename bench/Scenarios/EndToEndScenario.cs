using System.Diagnostics;
using Hms.Bench.Load;
using Hms.Bench.Reporting;

namespace Hms.Bench.Scenarios;

/// <summary>From the moment a message is sent until a long-polling receiver has it, at a rate that leaves the machine air.</summary>
internal static class EndToEndScenario
{
    private const int Senders = 16;
    private const int RatePerSecond = 500;

    public static async Task RunAsync(BenchRun run)
    {
        await using var ours = await run.StartOursAsync();
        var mailbox = run.RegisterMailboxes(ours.Address, 1)[0];
        var rounds = Enumerable.Range(0, run.Options.Rounds).Select(round => Measure(run, ours.Address, mailbox, round)).ToArray();
        run.Report.Add(Row.Of("end-to-end", $"send → received by long-poll, {RatePerSecond} a second", RoundFigure.Median(rounds)));
    }

    private static RoundFigure Measure(BenchRun run, Uri server, string mailbox, int round)
    {
        var recorder = new Recorder(run.Failures);
        var sentAt = new Dictionary<long, long>();
        var acker = new Acker(server, mailbox, recorder);
        var poller = new Poller(server, mailbox, max: 100, recorder, acker, (number, now) =>
        {
            // A straggler of the round before has no time of sending in this one.
            if (sentAt.TryGetValue(number, out var began))
                recorder.Record(began, now);
        });
        var period = Stopwatch.Frequency * Senders / RatePerSecond;
        var start = Stopwatch.GetTimestamp();
        var senders = Enumerable.Range(0, Senders).Select(i => new PacedSender(
            run.NewMessage(server, $"bench_sender_{i}", mailbox), recorder, sentAt, start + (i * period / Senders), period));
        using var driver = new Driver(server, [acker, poller, .. senders], recorder);
        driver.Run(BenchRun.WarmUp(round), run.Options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }
}
