using System.Text.Json;
using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.GrainClient.Example;

/// <summary>Two supervisors: one sends, the other receives and takes a lock for the work.</summary>
internal sealed class Tour(IFabric fabric, TextWriter output)
{
    private const string Planner = "example_planner";
    private const string Worker = "example_worker";
    private const string Lock = "example_database";

    public async Task RunAsync()
    {
        await RegisterAsync(Planner);
        await RegisterAsync(Worker);
        await SendAsync();
        await ReceiveAsync();
        await HoldLockAsync();
    }

    private async Task RegisterAsync(string supervisor)
    {
        var (created, record) = await fabric.Supervisors.RegisterAsync(supervisor, new Registration("example"));
        await output.WriteLineAsync($"{supervisor} is {(created ? "registered" : "registered already")}, session {record.Session}");
    }

    private async Task SendAsync()
    {
        var message = new JsonObject
        {
            ["id"] = $"example_{Guid.NewGuid():N}",
            ["source"] = Planner,
            ["destination"] = Worker,
            ["message_type"] = "state_query",
            ["content"] = new JsonObject { ["component_id"] = "api_service" },
            ["timestamp"] = DateTimeOffset.UtcNow,
            ["ttl"] = 60_000,
            ["version"] = "1.0",
        };

        // The receipt comes when the message is on the disk of the cluster's store.
        var receipt = await fabric.SendAsync(new SendRequest(JsonSerializer.SerializeToUtf8Bytes(message)));
        await output.WriteLineAsync($"{Planner} has sent {receipt.Id} ({receipt.Durability})");
    }

    private async Task ReceiveAsync()
    {
        var mailbox = fabric.Mailbox(Worker);
        var received = await mailbox.ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(20), Lease = TimeSpan.FromSeconds(30) });
        foreach (var delivery in received)
        {
            var message = JsonNode.Parse(delivery.Message.Span)!;
            await output.WriteLineAsync($"{Worker} has received {message["id"]} from {message["source"]}: {message["content"]!.ToJsonString()}");
        }

        // What is not acknowledged within the lease is delivered again.
        var result = await mailbox.AckAsync([.. received.Select(delivery => delivery.Receipt)]);
        await output.WriteLineAsync($"{Worker} has acknowledged {result.Acked}");
    }

    private async Task HoldLockAsync()
    {
        var bid = new LockBid(Worker, LeaseMs: 30_000) { Instance = $"{Environment.ProcessId}" };
        var answer = await fabric.Locks.AcquireAsync(Lock, bid, wait: TimeSpan.FromSeconds(10));
        if (!answer.Granted)
        {
            await output.WriteLineAsync($"{answer.Holder} holds {Lock}; {Worker} would be number {answer.QueuePosition}");
            return;
        }

        // The database is given the token with every write, and refuses one that is lower than the highest that it has seen.
        await output.WriteLineAsync($"{Worker} holds {Lock} with fencing token {answer.FencingToken}");
        await fabric.Locks.ReleaseAsync(Lock, Worker, answer.FencingToken);
        var isCurrent = await fabric.Locks.CheckAsync(Lock, answer.FencingToken);
        await output.WriteLineAsync($"{Worker} has released it; its token is {(isCurrent ? "still" : "no longer")} the current one");
    }
}
