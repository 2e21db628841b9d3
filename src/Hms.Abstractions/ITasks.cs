using Hms.Protocol.Coordination;

namespace Hms.Abstractions;

/// <summary>
/// The tasks that supervisors give each other (sections 3.2 and 11.1). A task ends exactly once; while it waits, it knows for what.
/// </summary>
public interface ITasks
{
    /// <summary>
    /// Orders a task: a <c>task_assignment</c> goes to the assignee, held back until every dependency has completed. The same order
    /// again is no second task.
    /// </summary>
    /// <param name="order">What is to be done.</param>
    /// <param name="idempotencyKey">Stands for the task's name where a client makes a new one per try, scoped to assigner and assignee; null where there is none.</param>
    /// <param name="cancellationToken">Stops the waiting, not the task.</param>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.Validation"/> for a dependency that does not exist or is the task itself;
    /// <see cref="Protocol.ErrorCode.DestinationNotFound"/> where the assignee is not registered; <see cref="Protocol.ErrorCode.Conflict"/> where
    /// the name stands for another order.</exception>
    ValueTask<TaskCreation> CreateAsync(TaskOrder order, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>One task, once it has ended or the wait (up to 60 s) is over.</summary>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.DestinationNotFound"/> where there is none of that name.</exception>
    ValueTask<TaskRecord> GetAsync(string taskId, TimeSpan wait = default, CancellationToken cancellationToken = default);

    /// <summary>Lists tasks by name. What changed in the last moments may be missing.</summary>
    ValueTask<Page<TaskRecord>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default);

    /// <summary>Calls a task off; its assignee is told.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="by">Who calls it off; null for its assigner.</param>
    /// <param name="reason">Why; null where that is not said.</param>
    /// <param name="cancellationToken">Stops the waiting, not the cancellation.</param>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.Conflict"/>, with the record, where it has ended.</exception>
    ValueTask<TaskRecord> CancelAsync(string taskId, string? by = null, string? reason = null, CancellationToken cancellationToken = default);
}

/// <summary>What came of an order.</summary>
/// <param name="Created">Whether the task is new.</param>
/// <param name="Record">The record.</param>
public sealed record TaskCreation(bool Created, TaskRecord Record);

/// <summary>Which tasks to list.</summary>
public sealed record TaskQuery
{
    /// <summary>Only those of this assignee; null for all.</summary>
    public string? Assignee { get; init; }

    /// <summary>Only those in this phase; null for all.</summary>
    public TaskPhase? Phase { get; init; }

    /// <summary>Only those whose name comes after this one. Default <c>""</c>.</summary>
    public string After { get; init; } = "";

    /// <summary>How many at most, 1–1,000. Default 100.</summary>
    public int Limit { get; init; } = 100;
}
