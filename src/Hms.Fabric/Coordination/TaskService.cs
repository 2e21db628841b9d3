using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Entities;
using Hms.Fabric.Messages;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Coordination;

/// <summary>The tasks as callers see them.</summary>
internal sealed class TaskService(IEntities entities, FabricClock clock, Func<Guid> newId) : ITasks
{
    private const int DependenciesMax = 1_000;

    // What a page may hold besides its first record.
    private const long PageBytesMax = 4L << 20;

    public async ValueTask<TaskCreation> CreateAsync(
        TaskOrder order, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        order = order with { TaskId = order.TaskId.Length > 0 ? order.TaskId : $"task_{newId():N}" };
        var phases = await CheckAsync(order, "", cancellationToken);
        if (idempotencyKey is not null)
        {
            var scope = $"{order.Assigner} {order.Assignee} task";
            var part = entities.Keys(Partition.NumberOf($"{scope} {idempotencyKey}"));
            order = order with { TaskId = await part.ClaimAsync(scope, idempotencyKey, order.TaskId, HashOf(order), cancellationToken) };
        }

        await entities.TaskIndex(Partition.NumberOf(order.TaskId)).AdmitAsync(order.TaskId, cancellationToken);
        var (_, record, created) = await entities.Task(order.TaskId).CreateAsync(order, phases, null, cancellationToken);
        return new TaskCreation(created, record!);
    }

    public async ValueTask<TaskRecord> GetAsync(string taskId, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        var record = await Waiting.UntilAsync(
            clock,
            wait < Ranges.WaitMax ? wait : Ranges.WaitMax,
            left => entities.Task(taskId).DescribeAsync(left, cancellationToken),
            static record => record is null || record.Phase.IsFinal());
        return record ?? throw Unknown(taskId);
    }

    public async ValueTask<Page<TaskRecord>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var names = new List<string>();
        for (var part = 0; part < Partition.Count; part++)
        {
            names.AddRange(await entities.TaskIndex(part).ListAsync(query with { Limit = query.Limit + 1 }, cancellationToken));
        }

        names.Sort(StringComparer.Ordinal);
        var records = new List<TaskRecord>();
        var bytes = 0L;
        for (var i = 0; i < names.Count; i++)
        {
            if (i == query.Limit || bytes > PageBytesMax)
            {
                return new Page<TaskRecord>(records, names[i - 1]);
            }

            // What the list says may be a moment old.
            if (await entities.Task(names[i]).DescribeAsync(TimeSpan.Zero, cancellationToken) is { } record
                && (query.Assignee is null || query.Assignee == record.Assignee)
                && (query.Phase is null || query.Phase == record.Phase))
            {
                records.Add(record);
                bytes += record.Order.Parameters.Length + record.Result.Length + (record.Error?.Length ?? 0);
            }
        }

        return new Page<TaskRecord>(records, null);
    }

    public async ValueTask<TaskRecord> CancelAsync(
        string taskId, string? by = null, string? reason = null, CancellationToken cancellationToken = default)
    {
        if (by is not null)
        {
            Refusals.RequireName(by, "/by");
        }

        return (await entities.Task(taskId).CancelAsync(by, reason, null, cancellationToken)).Record ?? throw Unknown(taskId);
    }

    /// <summary>Orders a task by message.</summary>
    public async ValueTask<Moved> CreateAsync(TaskOrder order, EnqueueRequest message, CancellationToken cancellationToken)
    {
        order = order with { Dependencies = [.. order.Dependencies.Distinct(StringComparer.Ordinal)] };
        var phases = await CheckAsync(order, "/content", cancellationToken);
        await entities.TaskIndex(Partition.NumberOf(order.TaskId)).AdmitAsync(order.TaskId, cancellationToken);
        var (moved, _, created) = await entities.Task(order.TaskId).CreateAsync(order, phases, message, cancellationToken);
        return moved with { Duplicate = moved.Duplicate || !created };
    }

    /// <summary>Where the dependencies stand. They must exist already, so that no task can wait for itself, however many are between.</summary>
    private async ValueTask<IReadOnlyList<TaskPhase>> CheckAsync(TaskOrder order, string prefix, CancellationToken cancellationToken)
    {
        Refusals.RequireName(order.TaskId, $"{prefix}/task_id");
        Refusals.RequireName(order.Assigner, $"{prefix}/assigner");
        SupervisorDirectory.RequireSupervisorId(order.Assignee);
        Refusals.RequireRange(order.TaskType.Length, 1, Names.LengthMax, $"{prefix}/task_type");
        Refusals.RequireRange(order.Dependencies.Count, 0, DependenciesMax, $"{prefix}/dependencies");
        Refusals.RequireRange(order.TimeoutMs ?? 1, 1, long.MaxValue, $"{prefix}/timeout");
        var asked = order.Dependencies.Select(dependency =>
            Names.IsName(dependency) ? entities.Task(dependency).DescribeAsync(TimeSpan.Zero, cancellationToken).AsTask() : Task.FromResult<TaskRecord?>(null));
        var records = await Task.WhenAll(asked);
        var problems = new List<Problem>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < records.Length; i++)
        {
            var problem = order.Dependencies[i] == order.TaskId ? "is the task itself"
                : !names.Add(order.Dependencies[i]) ? "must not stand there twice"
                : records[i] is null ? "is no task that exists"
                : null;
            if (problem is not null)
            {
                problems.Add(new Problem($"{prefix}/dependencies/{i}", problem));
            }
        }

        Refusals.Throw($"the task {order.TaskId} cannot depend on that", problems);
        return [.. records.Select(record => record!.Phase)];
    }

    /// <summary>What two orders under one idempotency key must agree in.</summary>
    private static ulong HashOf(TaskOrder order) => Fingerprint.OfBytes(JsonText.Write(json =>
    {
        json.WriteStartArray();
        json.WriteStringValue(order.TaskType);
        json.WriteRawValue(order.Parameters.IsEmpty ? "{}"u8 : order.Parameters.Span, skipInputValidation: true);
        json.WriteNumberValue(order.TimeoutMs ?? 0);
        json.WriteStringValue(order.Priority.WireName());
        json.WriteNumberValue(order.Retry.AttemptsMax);
        json.WriteBooleanValue(order.Retry.Reassign);
        foreach (var dependency in order.Dependencies)
        {
            json.WriteStringValue(dependency);
        }

        json.WriteEndArray();
    }));

    private static FaultException Unknown(string taskId) => new(ErrorCode.DestinationNotFound, $"there is no task {taskId}");
}
