using System.Globalization;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Bench.Sockets;

namespace Hms.Bench.Scenarios;

/// <summary>One publisher and up to a thousand subscribers of its topic: how fast all of them have what was published.</summary>
internal static class FanOutScenario
{
    private const string Name = "fan-out";
    private const int TargetSubscribers = 1000;
    private const int SocketSubscribers = 10;
    private const double Target = 200_000;
    private const string PublisherId = "bench_publisher";

    public static async Task RunAsync(BenchRun run)
    {
        foreach (var subscribers in (int[])[1, 10, TargetSubscribers])
            await ThroughputAsync(run, subscribers);
        await LatencyAsync(run);
    }

    private static async Task ThroughputAsync(BenchRun run, int subscribers)
    {
        var rounds = new List<FanOutRound>();
        for (var round = 0; round < run.Options.Rounds; round++)
            rounds.Add(await FanOutRound.MeasureAsync(run, subscribers, round));

        var whom = subscribers == 1 ? "1 subscriber" : $"{subscribers.ToString("N0", CultureInfo.InvariantCulture)} subscribers";
        var rate = RoundFigure.Median(rounds.Select(round => round.DeliveriesPerSecond));
        run.Report.Add(Row.Of(Name, $"publishing to {whom}, frames of {FanOutRound.PerFrame} (latency: a frame)",
            RoundFigure.Median([.. rounds.Select(round => round.Publishing)])));
        run.Report.Add(Row.Of(Name, $"deliveries to {whom}", RoundFigure.Rate(rate), subscribers == TargetSubscribers
            ? new Goal("≥ 200,000 deliveries a second", rate.ToString("N0", CultureInfo.InvariantCulture), rate >= Target)
            : null));
        if (rounds.TrueForAll(round => round.BytesPerPublish is not null))
        {
            var bytes = RoundFigure.Median(rounds.Select(round => round.BytesPerPublish!.Value));
            run.Report.Add(Row.Plain(Name, $"stored on disk by a publish to {whom}",
                Goal.None($"{bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes")));
        }
    }

    private static async Task LatencyAsync(BenchRun run)
    {
        await using var ours = await run.StartOursAsync();
        var subscribers = run.RegisterMailboxes(ours.Address, SocketSubscribers, "bench_listener");
        Registrar.RegisterAll(ours.Address, [PublisherId], run.Failures);
        var topic = $"fan_out_{MessageTemplate.Run}_one";
        Registrar.SubscribeAll(ours.Address, topic, subscribers, run.Failures);
        var rounds = Enumerable.Range(0, run.Options.Rounds)
            .Select(round => PublishOneByOne(run, ours.Address, topic, subscribers, round)).ToArray();
        run.Report.Add(Row.Of(
            Name, $"one publish at a time, until {SocketSubscribers} subscribers on sockets have it", RoundFigure.Median(rounds)));
    }

    private static RoundFigure PublishOneByOne(BenchRun run, Uri server, string topic, IReadOnlyList<string> subscribers, int round)
    {
        var recorder = new Recorder(run.Failures);
        var publication = new Publication(subscribers.Count, recorder);
        var publish = SendFrame.Of(new MessageTemplate(PublisherId, $"topic:{topic}", run.Options.Size));
        using var driver = new SocketDriver(
            server,
            [
                .. subscribers.Select(subscriber => new TopicSubscriber(subscriber, publication, recorder)),
                new TopicPublisher(PublisherId, publish, publication, recorder),
            ],
            recorder);
        driver.Run(BenchRun.WarmUp(round), run.Options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }
}
