using System.Text.Json.Nodes;

namespace Hms.EndToEnd.Tests.Coordination;

/// <summary>A group that meets at one barrier again and again, and notes what each of them saw.</summary>
internal sealed class BarrierGroup(PatientClient client, string id, Random random)
{
    private const int Members = 3;
    private const double NotReady = 0.15;
    private readonly string[] members = [.. Enumerable.Range(0, Members).Select(i => $"{id}-member-{i}")];
    private readonly Dictionary<long, string> outcomes = [];

    public int Met => outcomes.Count;

    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var member in members)
            await client.RegisterAsync(member);

        for (var round = 1; !stop.IsCancellationRequested; round++)
        {
            var call = new JsonObject
            {
                ["barrier_id"] = id,
                ["initiator"] = "nobody",
                ["participants"] = new JsonArray([.. members.Select(member => (JsonNode)member)]),
                ["timeout_ms"] = 600_000,
            };
            var made = await client.PostAsync("/v1/barriers", call, key: $"{id}-{round}");
            Assert.Contains(made.Status, new[] { 200, 201 });
            Assert.Equal(round, (long)made.Body!["generation"]!);

            var ready = members.Select(_ => random.NextDouble() >= NotReady).ToArray();
            var seen = await Task.WhenAll(members.Select((member, i) => MeetAsync(member, ready[i], round)));
            Assert.Single(seen.Distinct());
            Assert.Equal(ready.All(isReady => isReady) ? "released" : "aborted", seen[0]);
            outcomes.Add(round, seen[0]);
        }
    }

    /// <summary>Each was told the outcome of each meeting once, and it is the one that all saw.</summary>
    public async Task AssertKeptAsync()
    {
        foreach (var member in members)
        {
            var told = new Dictionary<long, bool>();
            while (told.Count < outcomes.Count)
            {
                var messages = await client.ReceiveAsync(member, waitMs: 5_000, "&ack=auto");
                Assert.NotEmpty(messages);
                foreach (var (_, message) in messages.Where(received => (string)received.Message["message_type"]! == "barrier_continue"))
                    told.Add((long)message["content"]!["generation"]!, (bool)message["content"]!["all_ready"]!);
            }

            Assert.Equal(outcomes.ToDictionary(outcome => outcome.Key, outcome => outcome.Value == "released"), told);
        }
    }

    private async Task<string> MeetAsync(string member, bool isReady, long generation)
    {
        var arrival = new JsonObject { ["participant"] = member, ["ready"] = isReady, ["generation"] = generation };
        var arrived = await client.PostAsync($"/v1/barriers/{id}/arrive", arrival);
        Assert.Contains(arrived.Status, new[] { 200, 409 });
        while (true)
        {
            var record = (await client.GetAsync($"/v1/barriers/{id}?wait_ms=5000")).Body!;
            Assert.Equal(generation, (long)record["generation"]!);
            if ((string)record["state"]! is var state && state != "waiting")
                return state;
        }
    }
}
