using Hms.EndToEnd.Tests.Crash;

namespace Hms.EndToEnd.Tests.Topics;

/// <summary>What a topic has acknowledged reaches every subscriber, in the order of its log, whatever crashes.</summary>
public sealed class TopicCrashTests(ITestOutputHelper output)
{
    private const int Kills = 6;
    private const int AcknowledgedAtLeast = 200;

    [Fact]
    public async Task Nothing_published_is_lost_or_out_of_order_when_the_server_is_killed_at_random_moments()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"Seed of the moments: {seed}");
        var random = new Random(seed);
        await using var server = new RestartableServer(new History());
        await server.StartAsync();
        await using var workload = new TopicWorkload(server, subscriberCount: 5);
        await workload.StartAsync();

        for (var kill = 0; kill < Kills; kill++)
        {
            // The random moment itself: nothing is waited for here.
            await Task.Delay(random.Next(150, 2000));
            await server.KillAsync();
            await server.StartAsync();
        }

        await workload.StopAsync();

        foreach (var (destination, log, accepted) in await workload.LogsAsync())
        {
            output.WriteLine($"{destination}: {accepted.Count} acknowledged, {log.Count} in the log");
            Assert.True(accepted.Count >= AcknowledgedAtLeast, $"only {accepted.Count} messages were acknowledged");
            Assert.Equal(log.Count, log.Distinct().Count());
            Assert.Subset(log.ToHashSet(), accepted);
            Assert.All(workload.Subscribers, subscriber => Assert.Equal(log, subscriber.Heard[destination]));
        }

        Assert.All(workload.Subscribers, subscriber => Assert.Empty(subscriber.Repeated));
    }
}
