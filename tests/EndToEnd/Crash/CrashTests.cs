using System.Diagnostics;
using System.Globalization;

namespace Hms.EndToEnd.Tests.Crash;

/// <summary>A receipt is a promise that no crash breaks.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    /// <summary>Set to the printed seed to make the same decisions again; when the process dies within them is up to the machine.</summary>
    private const string SeedVariable = "HMS_CRASH_SEED";
    private const int Kills = 9;
    private const int AcknowledgedAtLeast = 300;
    private const double KilledWhileStarting = 0.3;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_server_is_killed_at_random_moments()
    {
        var seed = Seed();
        var random = new Random(seed);
        var history = new History();
        await using var server = new RestartableServer(history);
        await server.StartAsync();
        await using var workload = new Workload(server, history, seed);
        await workload.StartAsync();

        for (var kill = 0; kill < Kills; kill++)
        {
            // The random moment itself: nothing is waited for here.
            await Task.Delay(random.Next(150, 3000));
            await server.KillAsync();
            if (random.NextDouble() < KilledWhileStarting)
                await server.KillWhileStartingAsync(TimeSpan.FromMilliseconds(random.Next(20, 500)));
            await server.StartAsync();
        }
        await workload.StopAsync();
        await workload.DrainAsync();

        AssertKept(history);
    }

    [Fact]
    public async Task A_graceful_stop_under_load_loses_nothing_and_ends_within_ten_seconds()
    {
        var history = new History();
        await using var server = new RestartableServer(history);
        await server.StartAsync();
        await using var workload = new Workload(server, history, Seed());
        await workload.StartAsync();

        while (Acknowledged(history) < AcknowledgedAtLeast)
            await Task.Delay(10);
        var began = Stopwatch.GetTimestamp();
        var exitCode = await server.StopAsync(StopLimit);
        output.WriteLine($"Stopped in {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s.");
        Assert.Equal(0, exitCode);

        await server.StartAsync();
        await workload.StopAsync();
        await workload.DrainAsync();

        AssertKept(history);
    }

    private static int Acknowledged(History history) => history.Events().OfType<HistoryEvent.Send>().Count(send => send.Acknowledged);

    private int Seed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"{SeedVariable}={seed}");
        return seed;
    }

    private void AssertKept(History history)
    {
        var events = history.Events();
        var sends = events.OfType<HistoryEvent.Send>().ToLookup(send => send.Outcome);
        output.WriteLine(
            $"{sends[SendOutcome.Accepted].Count()} accepted, {sends[SendOutcome.Duplicate].Count()} duplicates, " +
            $"{sends[SendOutcome.Unknown].Count()} unknown, {events.OfType<HistoryEvent.Delivery>().Count()} deliveries, " +
            $"{events.OfType<HistoryEvent.Ack>().Count(ack => ack.Confirmed)} acked, {events.OfType<HistoryEvent.Ack>().Count(ack => !ack.Confirmed)} acks unknown, " +
            $"{events.OfType<HistoryEvent.LostReceive>().Count()} receives lost, {events.OfType<HistoryEvent.ProcessEnded>().Count()} processes ended");

        var broken = HistoryChecker.Check(events);
        Assert.True(broken.Count == 0, $"{broken.Count} promises broken:\n{string.Join('\n', broken.Take(20))}");
        Assert.True(Acknowledged(history) >= AcknowledgedAtLeast, "Too little was sent for the test to mean anything.");
    }
}
