using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Bench.Sockets;

namespace Hms.Bench.Scenarios;

/// <summary>Receive and ack over sockets, beside the sending over a socket that filled the same mailboxes a moment before.</summary>
internal static class SocketReceiveScenario
{
    private const string Name = "socket-receive";

    public static async Task RunAsync(BenchRun run)
    {
        await MeasureAsync(run, mailboxCount: 4);
        await MeasureAsync(run, mailboxCount: 1);
    }

    private static async Task MeasureAsync(BenchRun run, int mailboxCount)
    {
        await using var ours = await run.StartOursAsync();
        var mailboxes = run.RegisterMailboxes(ours.Address, mailboxCount, $"bench_{MessageTemplate.Run}_{mailboxCount}");
        var single = new SocketLoad(mailboxes, Sockets: 1, InFlight: 256);
        var filling = new SocketLoad(mailboxes, Sockets: 1, InFlight: 8, PerFrame: 64);
        single.Register(run, ours.Address);

        // Round 0 only warms up: sending, filling and receiving alike.
        List<RoundFigure> sends = [], fills = [], receives = [];
        for (var round = 0; round <= run.Options.Rounds; round++)
        {
            var sent = single.Send(run, ours.Address, round);
            var filled = filling.Send(run, ours.Address, sent.Accepted);
            var received = Receive(run, ours.Address, mailboxes, sent.Accepted + filled.Accepted);
            if (round == 0)
                continue;
            sends.Add(sent.Figure);
            fills.Add(filled.Figure);
            receives.Add(received);
        }

        var ratio = RoundFigure.Median(receives.Zip(sends, (receive, send) => receive.PerSecond / send.PerSecond));
        var consumers = mailboxCount == 1 ? "one socket of one mailbox" : $"{mailboxCount} sockets of {mailboxCount} mailboxes";
        run.Report.Add(Row.Of(Name, $"sending to {mailboxCount}, one socket, {single.InFlight} in flight", RoundFigure.Median(sends)));
        run.Report.Add(Row.Of(Name, $"filling {mailboxCount}, one socket, frames of {filling.PerFrame}", RoundFigure.Median(fills)));
        run.Report.Add(Row.Of(Name, $"{consumers} (latency: ack of 100)", RoundFigure.Median(receives),
            Goal.AtLeast("≥ 1 × sending, one message a frame", 1, ratio)));
    }

    /// <summary>One socket for each mailbox, until all that was sent is received and acked.</summary>
    private static RoundFigure Receive(BenchRun run, Uri server, IReadOnlyList<string> mailboxes, long messages)
    {
        var recorder = new Recorder(run.Failures);
        var stock = new Stock(messages);
        using var driver = new SocketDriver(server, mailboxes.Select(mailbox => new SocketConsumer(mailbox, stock, recorder)), recorder);
        driver.Run(TimeSpan.Zero, run.Options.Round * 10);
        if (stock is not { Unreceived: 0, Unacked: 0 })
            recorder.Fail($"receive: of {messages:N0} messages {stock.Unreceived:N0} were not received, {stock.Unacked:N0} not acked.");
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }
}
