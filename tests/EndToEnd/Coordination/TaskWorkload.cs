using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Hms.EndToEnd.Tests.Coordination;

/// <summary>Tasks in pairs, the second depending on the first: ordered, done, failed and called off, with everything that was acknowledged.</summary>
internal sealed class TaskWorkload(PatientClient client)
{
    private const double Failing = 0.1;
    private const double CalledOff = 0.1;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> endings = new();
    private readonly ConcurrentDictionary<string, long> reported = new();
    private readonly ConcurrentDictionary<string, long> started = new();
    private readonly ConcurrentQueue<(string First, string Second)> pairs = new();

    public int Pairs => pairs.Count;

    public async Task OrderAsync(string name, IReadOnlyList<string> workers, Random random, CancellationToken stop)
    {
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            var (first, second) = ($"{name}-{number}-a", $"{name}-{number}-b");
            await OrderAsync(first, workers[random.Next(workers.Count)]);
            await OrderAsync(second, workers[random.Next(workers.Count)], first);
            pairs.Enqueue((first, second));
            if (random.NextDouble() < CalledOff)
                await CallOffAsync(random.Next(2) == 0 ? first : second);

            // A breath: load enough, and no more than the workers keep up with.
            await Task.Delay(10, CancellationToken.None);
        }
    }

    public async Task WorkAsync(string worker, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var (receipt, message) in await client.ReceiveAsync(worker, waitMs: 200))
            {
                if ((string)message["message_type"]! == "task_assignment")
                    await DoAsync(worker, (string)message["content"]!["task_id"]!, random);
                await client.PostAsync($"/v1/supervisors/{worker}/messages/ack", new JsonObject { ["receipts"] = new JsonArray(receipt) });
            }
        }
    }

    /// <summary>Every task has ended as the one acknowledged ending says, and the second only began after the first was done.</summary>
    public async Task AssertKeptAsync()
    {
        foreach (var (first, second) in pairs)
        {
            var (firstState, secondState) = (await EndAsync(first), await EndAsync(second));
            AssertEnded(first, firstState, "failed");
            AssertEnded(second, secondState, "failed");
            if (firstState.StartsWith("completed", StringComparison.Ordinal))
                Assert.True(!started.TryGetValue(second, out var began) || began > reported[first], $"{second} began before {first} was done");
            else
                Assert.False(started.ContainsKey(second), $"{second} began though {first} is {firstState}");
        }
    }

    private void AssertEnded(string task, string state, string withoutSaying)
    {
        var said = endings.TryGetValue(task, out var acknowledged) ? acknowledged.Distinct().ToArray() : [];
        Assert.True(said.Length <= 1, $"{task} was acknowledged to have ended as {string.Join(" and as ", said)}");
        Assert.Equal(said.Length == 1 ? said[0] : withoutSaying, state);
    }

    private async Task OrderAsync(string task, string assignee, params string[] after)
    {
        var order = new JsonObject
        {
            ["assigner"] = "planner",
            ["assignee"] = assignee,
            ["task_id"] = task,
            ["task_type"] = "crash",
            ["parameters"] = new JsonObject(),
            ["dependencies"] = new JsonArray([.. after.Select(name => (JsonNode)name)]),
        };
        Assert.Contains((await client.PostAsync("/v1/tasks", order)).Status, new[] { 200, 201 });
    }

    private async Task CallOffAsync(string task)
    {
        var answer = await client.PostAsync($"/v1/tasks/{task}/cancel", new JsonObject { ["by"] = "planner" });

        // Repeated, it finds the task called off by the first; else who lost the race is shown what won.
        if (answer.Status == 200)
            Assert.Equal("cancelled", (string?)answer.Body!["state"]);
        else
            Assert.Equal(409, answer.Status);
        var record = answer.Status == 200 ? answer.Body! : answer.Body!["error_details"]!;
        if ((string)record["state"]! == "cancelled")
            Acknowledge(task, "cancelled");
    }

    private async Task DoAsync(string worker, string task, Random random)
    {
        started.TryAdd(task, Stopwatch.GetTimestamp());
        var (failed, result) = (random.NextDouble() < Failing, Guid.NewGuid().ToString("N"));
        var report = new JsonObject
        {
            ["id"] = $"report-{result}",
            ["source"] = worker,
            ["destination"] = "meta_supervisor",
            ["message_type"] = failed ? "task_failure" : "task_completion",
            ["content"] = failed ? new JsonObject { ["error"] = result } : new JsonObject { ["result"] = result },
            ["timestamp"] = "2026-01-02T03:04:05Z",
            ["correlation_id"] = task,
            ["version"] = "1.0",
        };
        if (!failed)
            reported.TryAdd(task, Stopwatch.GetTimestamp());
        var answer = await client.PostAsync("/v1/messages", report);
        if (answer.Status == 202)
            Acknowledge(task, failed ? "failed" : $"completed {result}");
        else
            Assert.Equal(409, answer.Status);
    }

    private async Task<string> EndAsync(string task)
    {
        while (true)
        {
            var record = (await client.GetAsync($"/v1/tasks/{task}?wait_ms=5000")).Body!;
            var state = (string)record["state"]!;
            if (!IsFinal(state))
                continue;

            Assert.Single(record["history"]!.AsArray(), happened => IsFinal((string)happened!["state"]!));
            return state == "completed" ? $"completed {(string?)record["result"]}" : state;
        }
    }

    private static bool IsFinal(string state) => state is "completed" or "failed" or "rejected" or "cancelled" or "timed_out";

    private void Acknowledge(string task, string ending) => endings.GetOrAdd(task, _ => new()).Enqueue(ending);
}
