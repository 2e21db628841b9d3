using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Bench.Sockets;

namespace Hms.Bench.Scenarios;

/// <summary>Locks that nobody else wants, acquired and released by messages on sockets, and by HTTP. All of it is durable.</summary>
internal static class LockSocketScenario
{
    private const string Name = "lock-socket";
    private const int Sockets = 16;
    private const int LocksOfEach = 16;
    private const double Mark = 20_000;

    public static async Task RunAsync(BenchRun run)
    {
        await using var ours = await run.StartOursAsync();
        var owners = run.RegisterMailboxes(ours.Address, Math.Max(Sockets, run.Options.Connections), "bench_owner");

        List<RoundFigure> one = [], many = [], http = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            one.Add(OverSockets(run, ours.Address, owners, locks: 1, round));
            many.Add(OverSockets(run, ours.Address, owners, LocksOfEach, round));
            http.Add(OverHttp(run, ours.Address, owners, round));
        }
        Add(run, $"acquire + release, {Sockets} sockets, one lock each", one, Goal.None);
        Add(run, $"acquire + release, {Sockets} sockets, {LocksOfEach} locks each at the same time", many, measured =>
            new Goal($"≥ {Mark:N0} a second", measured, RoundFigure.Median(many).PerSecond >= Mark));
        Add(run, $"acquire + release, HTTP, {run.Options.Connections} connections, one lock each", http, Goal.None);
    }

    private static void Add(BenchRun run, string what, List<RoundFigure> rounds, Func<string, Goal> goal)
    {
        var figure = RoundFigure.Median(rounds);
        run.Report.Add(Row.Of(Name, what, figure, goal($"{figure.PerSecond / Mark:F2} × {Mark:N0}")));
    }

    private static RoundFigure OverSockets(BenchRun run, Uri server, IReadOnlyList<string> owners, int locks, int round)
    {
        var recorder = new Recorder(run.Failures);
        using var driver = new SocketDriver(server, owners.Take(Sockets).Select(owner => new SocketLocker(owner, locks, recorder)), recorder);
        driver.Run(BenchRun.WarmUp(round), run.Options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }

    private static RoundFigure OverHttp(BenchRun run, Uri server, IReadOnlyList<string> owners, int round)
    {
        var recorder = new Recorder(run.Failures);
        using var driver = new Driver(
            server, owners.Take(run.Options.Connections).Select(owner => new LockCaller(server, owner, recorder)), recorder);
        driver.Run(BenchRun.WarmUp(round), run.Options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }
}
