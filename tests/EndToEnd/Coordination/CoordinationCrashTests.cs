using System.Globalization;
using Hms.EndToEnd.Tests.Crash;

namespace Hms.EndToEnd.Tests.Coordination;

/// <summary>Locks, barriers and tasks stay right for everybody who watches them, whatever crashes.</summary>
public sealed class CoordinationCrashTests(ITestOutputHelper output)
{
    private const int Kills = 5;
    private const int LockOwners = 6;
    private static readonly string[] Workers = ["runtime-1", "runtime-2", "runtime-3"];

    [Fact]
    public async Task Locks_barriers_and_tasks_stay_right_when_the_server_is_killed_at_random_moments()
    {
        var seed = Random.Shared.Next();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed of the moments: {seed}"));
        var random = new Random(seed);
        await using var server = new RestartableServer(new History());
        await server.StartAsync();
        var client = new PatientClient(server);
        var (locks, tasks) = (new LockWorkers(client), new TaskWorkload(client));
        BarrierGroup[] groups = [new(client, "gate-1", new Random(random.Next())), new(client, "gate-2", new Random(random.Next()))];
        foreach (var worker in Workers)
            await client.RegisterAsync(worker);
        using var stopAsking = new CancellationTokenSource();
        using var stopWorking = new CancellationTokenSource();
        var asking = new List<Task> { Start(own => tasks.OrderAsync("job", Workers, own, stopAsking.Token)) };
        asking.AddRange(Enumerable.Range(0, LockOwners).Select(i => Start(own => locks.RunAsync($"owner-{i}", own, stopAsking.Token))));
        asking.AddRange(groups.Select(group => Start(_ => group.RunAsync(stopAsking.Token))));
        var working = Task.WhenAll(Workers.Select(worker => Start(own => tasks.WorkAsync(worker, own, stopWorking.Token))));

        for (var kill = 0; kill < Kills; kill++)
        {
            // The random moment itself: nothing is waited for here.
            await Task.Delay(random.Next(300, 2000));
            await server.KillAsync();
            await server.StartAsync();
        }

        await stopAsking.CancelAsync();
        await Task.WhenAll(asking);
        var keeping = tasks.AssertKeptAsync();
        await await Task.WhenAny(keeping, working);
        await keeping;
        await stopWorking.CancelAsync();
        await working;

        output.WriteLine($"{locks.Held} locks held, {groups.Sum(group => group.Met)} meetings, {tasks.Pairs} pairs of tasks");
        locks.AssertKept();
        foreach (var group in groups)
            await group.AssertKeptAsync();
        Assert.True(locks.Held > 50 && groups.All(group => group.Met > 5) && tasks.Pairs > 20, "Too little was done for the test to mean anything.");

        // Each has a random sequence of its own, so that a seed gives each the same decisions whatever the others do.
        Task Start(Func<Random, Task> work)
        {
            var own = new Random(random.Next());
            return Task.Run(() => work(own));
        }
    }
}
