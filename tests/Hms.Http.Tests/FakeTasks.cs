using Hms.Protocol.Coordination;

namespace Hms.Http.Tests;

/// <summary>Tasks that remember what was asked of them.</summary>
internal sealed class FakeTasks : ITasks
{
    public (TaskOrder Order, string? Key)? Ordered { get; private set; }

    /// <summary>Every look at a task, in order.</summary>
    public List<(string Id, TimeSpan Wait)> Asked { get; } = [];

    public TaskQuery? Query { get; private set; }

    public (string Id, string? By, string? Reason)? Cancelled { get; private set; }

    public bool IsNew { get; set; } = true;

    /// <summary>What a wait waits for; null where it is over at once.</summary>
    public Func<CancellationToken, Task>? OnWait { get; set; }

    /// <summary>What there is; null for one that runs.</summary>
    public TaskRecord? Record { get; set; }

    /// <summary>Why every call is refused; null where none is.</summary>
    public Fault? Refusal { get; set; }

    public static TaskRecord RecordOf(TaskOrder order, TaskPhase phase = TaskPhase.Assigned) => new()
    {
        Order = order,
        Assignee = order.Assignee,
        Phase = phase,
        Generation = 1,
        History = [new TaskEvent(FakeFabric.Time, phase, 1, Names.MetaSupervisor, null)],
        CreatedAt = FakeFabric.Time,
    };

    public static TaskOrder Order(string id) => new()
    {
        Assigner = "sup_a",
        Assignee = "sup_b",
        TaskId = id,
        TaskType = "component_recovery",
        Parameters = "{ }"u8.ToArray(),
    };

    public ValueTask<TaskCreation> CreateAsync(TaskOrder order, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        Ordered = (order, idempotencyKey);
        return Answer(new TaskCreation(IsNew, RecordOf(order.TaskId.Length > 0 ? order : order with { TaskId = "made/1" })));
    }

    public async ValueTask<TaskRecord> GetAsync(string taskId, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        Asked.Add((taskId, wait));
        if (wait > TimeSpan.Zero && OnWait is not null)
        {
            await OnWait(cancellationToken);
        }

        return await Answer(Record ?? RecordOf(Order(taskId), TaskPhase.Running));
    }

    public ValueTask<Page<TaskRecord>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default)
    {
        Query = query;
        return Answer(new Page<TaskRecord>([RecordOf(Order("t1")), RecordOf(Order("t2"))], "t2"));
    }

    public ValueTask<TaskRecord> CancelAsync(
        string taskId, string? by = null, string? reason = null, CancellationToken cancellationToken = default)
    {
        Cancelled = (taskId, by, reason);
        return Answer(RecordOf(Order(taskId), TaskPhase.Cancelled));
    }

    private ValueTask<T> Answer<T>(T value) => Refusal is null ? new(value) : throw new FaultException(Refusal);
}
