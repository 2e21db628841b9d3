using Hms.Bench.Load;
using Hms.Bench.Reporting;

namespace Hms.Bench.Scenarios;

/// <summary>Request and reply: a <c>Prefer: wait</c> until the reply of a responder, itself a client, has come back.</summary>
internal static class RequestScenario
{
    private const string RequesterId = "bench_requester";
    private const string ResponderId = "bench_responder";

    public static async Task RunAsync(BenchRun run)
    {
        await using var ours = await run.StartOursAsync();
        Registrar.RegisterAll(ours.Address, [RequesterId, ResponderId], run.Failures);
        List<RoundFigure> alone = [], together = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            alone.Add(Measure(run, ours.Address, pairs: 1, round));
            together.Add(Measure(run, ours.Address, pairs: 16, round));
        }
        run.Report.Add(Row.Of("request", "one request at a time, one responder", RoundFigure.Median(alone)));
        run.Report.Add(Row.Of("request", "16 requests at a time, 16 responders", RoundFigure.Median(together)));
    }

    private static RoundFigure Measure(BenchRun run, Uri server, int pairs, int round)
    {
        var recorder = new Recorder(run.Failures);
        var acker = new Acker(server, ResponderId, recorder);
        var workers = new List<Worker> { acker };
        for (var i = 0; i < pairs; i++)
        {
            var reply = run.NewMessage(server, ResponderId, RequesterId, isReply: true);
            workers.Add(new Responder(server, ResponderId, reply, recorder, acker));
            workers.Add(new Requester(run.NewMessage(server, RequesterId, ResponderId, Requester.PreferHeader), recorder));
        }
        using var driver = new Driver(server, workers, recorder);
        driver.Run(BenchRun.WarmUp(round), run.Options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }
}
