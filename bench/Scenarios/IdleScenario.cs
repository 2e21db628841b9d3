using System.Text;
using Hms.Bench.Load;
using Hms.Bench.Reporting;

namespace Hms.Bench.Scenarios;

/// <summary>What the server burns while 10,000 supervisors are registered, 1,000 of them wait, and nothing happens.</summary>
internal static class IdleScenario
{
    private const string Name = "idle";
    private const int Supervisors = 10_000;
    private const int Waiting = 1_000;
    private const double PercentAllowed = 2;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(BenchRun run)
    {
        await using var ours = await run.StartOursAsync();
        if (ours.Process is not { } process)
        {
            run.Report.Say("  idle needs a server that the bench started: its CPU time is read from /proc.");
            return;
        }
        var supervisors = run.RegisterMailboxes(ours.Address, Supervisors);
        var recorder = new Recorder(run.Failures);
        using var driver = new Driver(ours.Address, supervisors.Take(Waiting).Select(id => new Waiter(ours.Address, id, recorder)), recorder);

        // The registrations' own work (compilation, collection, checkpoint) ends before the watch begins.
        driver.Run(TimeSpan.Zero, Rest);
        var before = ProcessFigures.CpuTime(process.Id);
        driver.Run(TimeSpan.Zero, Watched);
        var percent = (ProcessFigures.CpuTime(process.Id) - before) / Watched * 100;

        run.Report.Add(Row.Plain(Name, $"CPU with {Supervisors:N0} registered, {Waiting:N0} waiting, over {Watched.TotalSeconds:F0} s",
            Goal.Below("< 2 % of a core", PercentAllowed, percent, "%")));
        run.Report.Add(Row.Plain(Name, "resident memory then", Goal.None($"{ProcessFigures.ResidentMegabytes(process.Id):F0} MB")));
    }

    /// <summary>Waits for what never comes; an answer while it is watched would be a fault of the measurement.</summary>
    private sealed class Waiter(Uri server, string supervisor, Recorder recorder) : Worker
    {
        private readonly byte[] receive = Encoding.ASCII.GetBytes(
            $"GET /v1/supervisors/{supervisor}/messages?wait_ms=60000 HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n");

        public override bool Serves => true;

        public override ReadOnlySpan<byte> Request(long now) => receive;

        public override void Answered(in HttpAnswer answer, long sentAt, long now)
        {
            recorder.Fail($"An idle long-poll was answered early, with {answer.Status}.");
            Finished = true;
        }
    }
}
