using System.Diagnostics;
using Hms.EndToEnd.Tests;
using Hms.EndToEnd.Tests.Coordination;
using Hms.EndToEnd.Tests.Crash;

namespace Hms.ClusterEndToEnd.Tests;

/// <summary>A receipt is a promise that no silo's death breaks, and a lock has one holder, whatever happens to silos, network and database.</summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const int AcknowledgedAtLeast = 200;
    private const int HeldAtLeast = 20;
    private const int LockOwners = 4;

    // So many that each silo has some of them.
    private const int Probes = 12;
    private static readonly TimeSpan GoesOnFor = TimeSpan.FromSeconds(30);

    [Fact]
    public Task Nothing_acknowledged_is_lost_when_a_silo_is_killed() => UnderLoadAsync(async cluster =>
    {
        await Task.Delay(Random.Shared.Next(500, 2500));
        await Cluster.KillAsync(cluster.Take());
        output.WriteLine($"after a kill all mailboxes served within {await ServedAsync(cluster):F1} s");
        await cluster.AddAsync();
    });

    [Fact]
    public Task Nothing_acknowledged_is_lost_when_a_silo_stands_still_and_goes_on() => UnderLoadAsync(async cluster =>
    {
        await Task.Delay(Random.Shared.Next(500, 1500));
        var paused = cluster.Take();
        paused.Server.Pause();
        var ready = cluster.StayReadyAsync(until: cluster.DeclaredDeadAsync(paused));
        output.WriteLine($"with a silo paused all mailboxes served within {await ServedAsync(cluster):F1} s");
        await ready;

        // It finds that the others have gone on without it, and ends.
        paused.Server.Resume();
        await Cluster.EndedAsync(paused);
        await cluster.AddAsync();
    });

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_a_silo_is_cut_off()
    {
        await using var network = await CutNetwork.CreateAsync();
        await UnderLoadAsync(
            async cluster =>
            {
                await Task.Delay(Random.Shared.Next(500, 1500));
                cluster.Take(network.Silo!);
                await network.CutAsync();
                output.WriteLine($"with a silo cut off all mailboxes served within {await ServedAsync(cluster):F1} s");
                await cluster.DeclaredDeadAsync(network.Silo!);
                await network.MendAsync();
                await Cluster.EndedAsync(network.Silo!);
            },
            network);
    }

    [Fact]
    public Task Nothing_acknowledged_is_lost_when_the_database_is_restarted() => UnderLoadAsync(async cluster =>
    {
        for (var restart = 0; restart < 2; restart++)
        {
            await Task.Delay(Random.Shared.Next(500, 1500));
            await cluster.Postgres.StopAsync(crash: restart == 0);
            await Task.Delay(Random.Shared.Next(100, 1500));
            await cluster.Postgres.StartAsync();
            output.WriteLine($"after a restart of the database all mailboxes served within {await ServedAsync(cluster):F1} s");
        }
    });

    [Fact]
    public Task Rolling_restart_loses_nothing_and_fails_nothing_that_a_retry_would_not_mend() => UnderLoadAsync(async cluster =>
    {
        for (var silo = 0; silo < Cluster.Size; silo++)
        {
            await cluster.AddAsync();
            Assert.Equal(0, await Cluster.StopAsync(cluster.Take()));
        }
    });

    /// <summary>Has clients at work while something happens to the cluster, and checks in the end what they saw.</summary>
    private async Task UnderLoadAsync(Func<Cluster, Task> happen, CutNetwork? network = null)
    {
        var history = new History();
        await using var cluster = new Cluster();
        await cluster.StartAsync(network is null ? Cluster.Size : 0);
        if (network is not null)
        {
            await network.StartAsync(cluster);
        }

        await using var workload = new Workload(cluster, history, Random.Shared.Next());
        await workload.StartAsync();
        var locks = new LockWorkers(new PatientClient(cluster));
        using var stopLocking = new CancellationTokenSource();
        var locking = Task.WhenAll(Enumerable.Range(0, LockOwners).Select(
            owner => Task.Run(() => locks.RunAsync($"owner-{owner}", new Random(owner), stopLocking.Token))));
        try
        {
            await ServedAsync(cluster);
            await happen(cluster);
            var goesOn = Stopwatch.GetTimestamp();
            while ((Acknowledged(history) < AcknowledgedAtLeast || locks.Held < HeldAtLeast)
                && !locking.IsFaulted && Stopwatch.GetElapsedTime(goesOn) < GoesOnFor)
            {
                await Task.Delay(50);
            }

            await stopLocking.CancelAsync();
            await locking;
            await workload.StopAsync();
            await workload.DrainAsync();
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{e.Message}\n{cluster.Output()}", e);
        }

        var broken = HistoryChecker.Check(history.Events());
        Assert.True(broken.Count == 0, $"{broken.Count} promises broken:\n{string.Join('\n', broken.Take(20))}\n{cluster.Output()}");
        locks.AssertKept();
        output.WriteLine($"{Acknowledged(history)} acknowledged, {locks.Held} locks held");
        Assert.True(Acknowledged(history) >= AcknowledgedAtLeast && locks.Held >= HeldAtLeast, "Too little was done for the test to mean anything.");
    }

    /// <summary>How long it takes until each of some mailboxes and locks, which no client of the load uses, has answered once, in seconds.</summary>
    private static async Task<double> ServedAsync(Cluster cluster)
    {
        var began = Stopwatch.GetTimestamp();
        var client = new PatientClient(cluster);
        await Task.WhenAll(Enumerable.Range(0, Probes).Select(probe => client.GetAsync($"/v1/supervisors/probe-{probe}/messages?max=1"))
            .Concat(Enumerable.Range(0, Probes).Select(probe => client.GetAsync($"/v1/locks/probe-{probe}"))));
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static int Acknowledged(History history) => history.Events().OfType<HistoryEvent.Send>().Count(send => send.Acknowledged);
}
