using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Hms.EndToEnd.Tests.Coordination;

/// <summary>Several who acquire, renew and release a few locks, and note when each certainly held which.</summary>
internal sealed class LockWorkers(PatientClient client)
{
    private const int LeaseMs = 120_000;
    private static readonly string[] Locks = ["db", "region:eu/cache", "queue"];
    private readonly ConcurrentBag<Hold> holds = [];

    public int Held => holds.Count;

    public async Task RunAsync(string owner, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var name = Locks[random.Next(Locks.Length)];
            var path = $"/v1/locks/{Uri.EscapeDataString(name)}";
            var bid = new JsonObject { ["owner"] = owner, ["lease_ms"] = LeaseMs, ["wait_ms"] = 1_000 };
            var answer = await client.PostAsync($"{path}/acquire", bid);
            Assert.Equal(200, answer.Status);
            if (!(bool)answer.Body!["granted"]!)
                continue;

            var granted = Stopwatch.GetTimestamp();
            var token = (long)answer.Body["fencing_token"]!;
            var held = new JsonObject { ["owner"] = owner, ["fencing_token"] = token, ["lease_ms"] = LeaseMs };
            if (random.Next(3) == 0)
            {
                var renewed = await client.PostAsync($"{path}/renew", held);
                Assert.Equal((200, token), (renewed.Status, (long)renewed.Body!["fencing_token"]!));
                Assert.True((bool)(await client.PostAsync($"{path}/check", new JsonObject { ["fencing_token"] = token })).Body!["current"]!);
            }

            var releasing = Stopwatch.GetTimestamp();
            var release = await client.PostAsync($"{path}/release", new JsonObject { ["owner"] = owner, ["fencing_token"] = token });

            // Repeated, it finds that the first has released it.
            Assert.Contains(release.Status, new[] { 200, 409 });
            holds.Add(new Hold(name, owner, token, granted, releasing));
        }
    }

    /// <summary>Tokens grow, and by their order nobody held a lock before its predecessor began to release it.</summary>
    public void AssertKept()
    {
        foreach (var (name, ordered) in holds.GroupBy(hold => hold.Lock).Select(group => (group.Key, group.OrderBy(hold => hold.Token).ToArray())))
        {
            foreach (var (before, after) in ordered.Zip(ordered.Skip(1)))
            {
                Assert.True(after.Token > before.Token, $"{name}: the token {after.Token} was granted to {before.Owner} and to {after.Owner}");
                Assert.True(
                    after.Granted > before.Releasing,
                    $"{name}: {after.Owner} was granted {after.Token} while {before.Owner} held it under {before.Token}");
            }
        }
    }

    private sealed record Hold(string Lock, string Owner, long Token, long Granted, long Releasing);
}
