using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Bench.Sockets;

namespace Hms.Bench.Scenarios;

/// <summary>What the server burns while very many supervisors say every ten seconds that they are alive.</summary>
internal static class HeartbeatScenario
{
    private const string Name = "heartbeats";
    private const int Sockets = 200;
    private const int BatchSockets = 16;
    private const int PerFrame = 64;
    private const int RegisteredAtOnce = 2_000;
    private const double CoresAllowed = 0.25;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rest = Interval;

    public static async Task RunAsync(BenchRun run)
    {
        if (run.Options.Url is not null)
        {
            run.Report.Say("  heartbeats needs a server that the bench started: its CPU time is read from /proc.");
            return;
        }
        var echo = await MeasureAsync(run, await BenchRun.StartBareSocketAsync(), areRegistered: false, Sockets,
            (i, roster, recorder) => SocketBeater.ForOthers(SenderId(i), roster, 1, recorder, toEcho: true));
        Add(run, $"limit: CPU of a bare WebSocket echo, as many frames, {Sockets} sockets", echo, Goal.None($"{echo.Cores:0.##} cores"));
        AddOurs(run, $"messages, one a frame, {Sockets} sockets", await MeasureAsync(
            run, await StartAsync(run, Sockets), areRegistered: true, Sockets,
            (i, roster, recorder) => SocketBeater.ForOthers(SenderId(i), roster, 1, recorder)));
        AddOurs(run, $"messages, {PerFrame} a frame, {BatchSockets} sockets", await MeasureAsync(
            run, await StartAsync(run, BatchSockets), areRegistered: true, BatchSockets,
            (i, roster, recorder) => SocketBeater.ForOthers(SenderId(i), roster, PerFrame, recorder)));
        AddOurs(run, $"as many by \"op\":\"heartbeat\", of {Sockets} on sockets of their own", await MeasureAsync(
            run, await StartAsync(run, Sockets), areRegistered: false, Sockets,
            (i, roster, recorder) => SocketBeater.ForItself(SenderId(i), roster, recorder)));
    }

    private static void AddOurs(BenchRun run, string how, Burnt burnt) => Add(
        run, $"CPU, {run.Options.Supervisors:N0} supervisors, a heartbeat every {Interval.TotalSeconds} s: {how}", burnt,
        Goal.Below($"< {CoresAllowed} cores", CoresAllowed, burnt.Cores, "cores"));

    private static void Add(BenchRun run, string what, Burnt burnt, Goal goal) =>
        run.Report.Add(new Row(Name, what, burnt.PerSecond, null, null, null, goal));

    /// <summary>Our server, to which those are known whose sockets are used.</summary>
    private static async Task<Target> StartAsync(BenchRun run, int sockets)
    {
        var ours = await run.StartOursAsync();
        Registrar.RegisterAll(ours.Address, Enumerable.Range(0, sockets).Select(SenderId), run.Failures);
        return ours;
    }

    private static string SenderId(int socket) => $"bench_sender_{socket}";

    /// <summary>One server, which it ends; with all of the supervisors, or where they only set the pace, with the senders alone.</summary>
    private static async Task<Burnt> MeasureAsync(
        BenchRun run, Target server, bool areRegistered, int sockets, Func<int, Roster, Recorder, SocketWorker> create)
    {
        await using var ending = server;
        var supervisors = Enumerable.Range(0, run.Options.Supervisors).Select(i => $"bench_{i}").ToArray();
        var roster = new Roster(supervisors, Interval, sockets) { Members = areRegistered ? 0 : supervisors.Length };
        var recorder = new Recorder(run.Failures);
        using var driver = new SocketDriver(server.Address, Enumerable.Range(0, sockets).Select(i => create(i, roster, recorder)), recorder);

        // The first ones would be dead before the last were registered, if they did not beat meanwhile.
        var refused = new Failures();
        var registering = Task.Run(() => Register(server.Address, areRegistered ? supervisors : [], roster, refused));
        while (!registering.IsCompleted)
            driver.Run(TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await registering;
        foreach (var failure in refused.Samples)
            run.Failures.Add(failure);

        // The registrations' own work (compilation, collection, checkpoint) ends before the watch begins.
        driver.Run(TimeSpan.Zero, Rest);
        List<double> rates = [], cores = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            var (beats, cpu) = (recorder.Items, ProcessFigures.CpuTime(server.Process!.Id));
            driver.Run(TimeSpan.Zero, run.Options.Round);
            rates.Add((recorder.Items - beats) / run.Options.Round.TotalSeconds);
            cores.Add((ProcessFigures.CpuTime(server.Process.Id) - cpu) / run.Options.Round);
        }
        return new Burnt(RoundFigure.Median(rates), RoundFigure.Median(cores));
    }

    private static void Register(Uri server, string[] supervisors, Roster roster, Failures failures)
    {
        foreach (var some in supervisors.Chunk(RegisteredAtOnce))
        {
            Registrar.RegisterAll(server, some, failures, Interval);
            roster.Members += some.Length;
        }
    }

    /// <summary>Heartbeats a second, and the part of a core that they took.</summary>
    private sealed record Burnt(double PerSecond, double Cores);
}
