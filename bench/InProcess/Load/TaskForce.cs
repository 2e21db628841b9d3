using System.Text;
using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Bench.InProcess.Load;

/// <summary>Workers that complete each task as soon as they are assigned it, and the assigner, who counts what it is told.</summary>
internal sealed class TaskForce : IAsyncDisposable
{
    private const int AtOnce = 100;
    private readonly IFabric fabric;
    private readonly IReadOnlyList<string> workers;
    private readonly Receivers receivers;
    private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int missing;

    /// <summary>Starts to work.</summary>
    /// <param name="fabric">The fabric.</param>
    /// <param name="workers">Who works.</param>
    /// <param name="tasks">How many tasks there are.</param>
    public TaskForce(IFabric fabric, IReadOnlyList<string> workers, int tasks)
    {
        (this.fabric, this.workers, missing) = (fabric, workers, tasks);
        receivers = new Receivers(fabric, [.. workers, TaskGraph.Assigner], AtOnce, (number, came) =>
            number < workers.Count ? CompleteAsync(workers[number], came) : Count(came));
    }

    /// <summary>Waits until the assigner was told of every completion.</summary>
    public async Task AllAsync(TimeSpan patience) => await await Task.WhenAny(all.Task.WaitAsync(patience), receivers.Broken);

    public ValueTask DisposeAsync() => receivers.DisposeAsync();

    private async ValueTask CompleteAsync(string worker, IReadOnlyList<Delivery> came)
    {
        var outcomes = await fabric.SendManyAsync([.. came.Select(delivery => Completion(worker, delivery.Message))]);
        if (outcomes.FirstOrDefault(outcome => outcome.Fault is not null) is { Fault: { } fault })
            throw new FaultException(fault);
    }

    private static SendRequest Completion(string worker, ReadOnlyMemory<byte> assignment)
    {
        using var json = JsonDocument.Parse(assignment);
        var content = json.RootElement.GetProperty("content"u8);
        var task = content.GetProperty("task_id"u8).GetString()!;
        return new SendRequest(Encoding.UTF8.GetBytes(
            $$$"""{"id":"done_{{{task}}}","source":"{{{worker}}}","destination":"{{{TaskGraph.Assigner}}}","message_type":"task_completion",""" +
            $$$"""
            "content":{"task_id":"{{{task}}}","result":{"ok":true}},"timestamp":"{{{JsonText.Timestamp(DateTimeOffset.UtcNow)}}}","version":"1.0"}
            """));
    }

    private ValueTask Count(IReadOnlyList<Delivery> came)
    {
        foreach (var delivery in came)
        {
            if (delivery.Message.Span.IndexOf("\"message_type\":\"task_completion\""u8) < 0)
                throw new InvalidOperationException($"The assigner was told {Encoding.UTF8.GetString(delivery.Message.Span)}");
            if (--missing == 0)
                all.TrySetResult();
        }
        return ValueTask.CompletedTask;
    }
}
