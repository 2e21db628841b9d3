using Hms.Bench.Load;
using Hms.Bench.Reporting;

namespace Hms.Bench.Scenarios;

/// <summary>Receive and ack by 100, beside the sending that filled the same mailboxes a moment before.</summary>
internal static class ReceiveScenario
{
    private const string Name = "receive";

    public static async Task RunAsync(BenchRun run)
    {
        await MeasureAsync(run, mailboxCount: 4);
        await MeasureAsync(run, mailboxCount: 1);
    }

    private static async Task MeasureAsync(BenchRun run, int mailboxCount)
    {
        await using var ours = await run.StartOursAsync();
        var mailboxes = run.RegisterMailboxes(ours.Address, mailboxCount);
        var patience = run.Options.Round * 10;

        // What warms the sending up stays in the mailboxes, so draining it warms the receiving.
        run.Send(ours.Address, mailboxes, run.Options.Connections, round: 0);
        run.Drain(ours.Address, mailboxes, patience);

        List<RoundFigure> sends = [], receives = [];
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            sends.Add(run.Send(ours.Address, mailboxes, run.Options.Connections, round));
            receives.Add(run.Drain(ours.Address, mailboxes, patience));
        }

        var ratio = RoundFigure.Median(receives.Zip(sends, (receive, send) => receive.PerSecond / send.PerSecond));
        var consumers = mailboxCount == 1 ? "one consumer of one mailbox" : $"{mailboxCount} consumers of {mailboxCount} mailboxes";
        run.Report.Add(Row.Of(Name, $"sending to {mailboxCount}, {run.Options.Connections} connections", RoundFigure.Median(sends)));
        run.Report.Add(Row.Of(Name, $"{consumers} (latency: receive 100 + ack)", RoundFigure.Median(receives),
            Goal.AtLeast("≥ 1 × sending", 1, ratio)));
    }
}
