using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Bench.Sockets;

namespace Hms.Bench.Scenarios;

/// <summary>Request and reply over two sockets, in memory, beside one bare round trip over one socket.</summary>
internal static class SocketRequestScenario
{
    private const string Name = "socket-request";
    private const string RequesterId = "bench_requester";
    private const string ResponderId = "bench_responder";
    private const string InMemory = "\"durability\":\"memory\",";
    private const double Factor = 3.5;

    public static async Task RunAsync(BenchRun run)
    {
        await using var echo = await BenchRun.StartBareSocketAsync();
        await using var ours = await run.StartOursAsync();
        Registrar.RegisterAll(ours.Address, [RequesterId, ResponderId], run.Failures);
        var roundTrip = new SocketLoad([ResponderId], Sockets: 1, InFlight: 1);

        List<RoundFigure> trips = [], requests = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            trips.Add(roundTrip.Send(run, echo.Address, round, toEcho: true).Figure);
            requests.Add(Measure(run, ours.Address, round));
        }

        var ratio = RoundFigure.Median(requests.Zip(trips, (mine, limit) => mine.P50 / limit.P50));
        run.Report.Add(Row.Of(Name, "limit: bare WebSocket echo, one in flight", RoundFigure.Median(trips)));
        run.Report.Add(Row.Of(Name, "one request at a time, one responder, in memory", RoundFigure.Median(requests), new Goal(
            $"p50 ≤ {Factor} × p50 of the bare echo", $"{ratio:F2}", ratio <= Factor)));
    }

    private static RoundFigure Measure(BenchRun run, Uri server, int round)
    {
        var recorder = new Recorder(run.Failures);
        var request = SendFrame.Request(new MessageTemplate(RequesterId, ResponderId, run.Options.Size), $"{InMemory}\"wait_ms\":10000,");
        var reply = SendFrame.Of(new MessageTemplate(ResponderId, RequesterId, run.Options.Size, isReply: true), InMemory);
        using var driver = new SocketDriver(
            server, [new SocketResponder(ResponderId, reply, recorder), new SocketRequester(RequesterId, request, recorder)], recorder);
        driver.Run(BenchRun.WarmUp(round), run.Options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }
}
