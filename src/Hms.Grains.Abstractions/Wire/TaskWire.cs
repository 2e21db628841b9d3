using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.TaskOrder"), Immutable]
internal struct TaskOrderSurrogate
{
    [Id(0)] public string Assigner;
    [Id(1)] public string Assignee;
    [Id(2)] public string TaskId;
    [Id(3)] public string TaskType;
    [Id(4)] public ReadOnlyMemory<byte> Parameters;
    [Id(5)] public string[]? Dependencies;
    [Id(6)] public long? TimeoutMs;
    [Id(7)] public int Priority;
    [Id(8)] public TaskRetry Retry;
}

[RegisterConverter, RegisterCopier]
internal sealed class TaskOrderConverter : ShallowCopier<TaskOrder>, IConverter<TaskOrder, TaskOrderSurrogate>
{
    public TaskOrder ConvertFromSurrogate(in TaskOrderSurrogate surrogate) => new()
    {
        Assigner = surrogate.Assigner,
        Assignee = surrogate.Assignee,
        TaskId = surrogate.TaskId,
        TaskType = surrogate.TaskType,
        Parameters = surrogate.Parameters,
        Dependencies = surrogate.Dependencies ?? [],
        TimeoutMs = surrogate.TimeoutMs,
        Priority = Known.Priority(surrogate.Priority),
        Retry = surrogate.Retry,
    };

    public TaskOrderSurrogate ConvertToSurrogate(in TaskOrder value) => new()
    {
        Assigner = value.Assigner,
        Assignee = value.Assignee,
        TaskId = value.TaskId,
        TaskType = value.TaskType,
        Parameters = value.Parameters,
        Dependencies = Lists.Pack(value.Dependencies),
        TimeoutMs = value.TimeoutMs,
        Priority = (int)value.Priority,
        Retry = value.Retry,
    };
}

[GenerateSerializer, Alias("hms.wire.TaskRetry"), Immutable]
internal struct TaskRetrySurrogate
{
    [Id(0)] public int AttemptsMax;
    [Id(1)] public bool Reassign;
}

[RegisterConverter, RegisterCopier]
internal sealed class TaskRetryConverter : ShallowCopier<TaskRetry>, IConverter<TaskRetry, TaskRetrySurrogate>
{
    public TaskRetry ConvertFromSurrogate(in TaskRetrySurrogate surrogate) => new(surrogate.AttemptsMax, surrogate.Reassign);

    public TaskRetrySurrogate ConvertToSurrogate(in TaskRetry value) => new()
    {
        AttemptsMax = value.AttemptsMax,
        Reassign = value.Reassign,
    };
}

[GenerateSerializer, Alias("hms.wire.TaskRecord"), Immutable]
internal struct TaskRecordSurrogate
{
    [Id(0)] public TaskOrder Order;
    [Id(1)] public string Assignee;
    [Id(2)] public int Phase;
    [Id(3)] public double Progress;
    [Id(4)] public ReadOnlyMemory<byte> Result;
    [Id(5)] public string? Error;
    [Id(6)] public ReadOnlyMemory<byte> ErrorCode;
    [Id(7)] public long Generation;
    [Id(8)] public TaskEvent[]? History;
    [Id(9)] public DateTimeOffset CreatedAt;
    [Id(10)] public DateTimeOffset? DeadlineAt;
}

[RegisterConverter, RegisterCopier]
internal sealed class TaskRecordConverter : ShallowCopier<TaskRecord>, IConverter<TaskRecord, TaskRecordSurrogate>
{
    public TaskRecord ConvertFromSurrogate(in TaskRecordSurrogate surrogate) => new()
    {
        Order = surrogate.Order,
        Assignee = surrogate.Assignee,
        Phase = (TaskPhase)surrogate.Phase,
        Progress = surrogate.Progress,
        Result = surrogate.Result,
        Error = surrogate.Error,
        ErrorCode = surrogate.ErrorCode,
        Generation = surrogate.Generation,
        History = surrogate.History ?? [],
        CreatedAt = surrogate.CreatedAt,
        DeadlineAt = surrogate.DeadlineAt,
    };

    public TaskRecordSurrogate ConvertToSurrogate(in TaskRecord value) => new()
    {
        Order = value.Order,
        Assignee = value.Assignee,
        Phase = (int)value.Phase,
        Progress = value.Progress,
        Result = value.Result,
        Error = value.Error,
        ErrorCode = value.ErrorCode,
        Generation = value.Generation,
        History = Lists.Pack(value.History),
        CreatedAt = value.CreatedAt,
        DeadlineAt = value.DeadlineAt,
    };
}

[GenerateSerializer, Alias("hms.wire.TaskEvent"), Immutable]
internal struct TaskEventSurrogate
{
    [Id(0)] public DateTimeOffset At;
    [Id(1)] public int Phase;
    [Id(2)] public long Generation;
    [Id(3)] public string By;
    [Id(4)] public string? Reason;
}

[RegisterConverter, RegisterCopier]
internal sealed class TaskEventConverter : ShallowCopier<TaskEvent>, IConverter<TaskEvent, TaskEventSurrogate>
{
    public TaskEvent ConvertFromSurrogate(in TaskEventSurrogate surrogate) => new(
        surrogate.At,
        (TaskPhase)surrogate.Phase,
        surrogate.Generation,
        surrogate.By,
        surrogate.Reason);

    public TaskEventSurrogate ConvertToSurrogate(in TaskEvent value) => new()
    {
        At = value.At,
        Phase = (int)value.Phase,
        Generation = value.Generation,
        By = value.By,
        Reason = value.Reason,
    };
}

[GenerateSerializer, Alias("hms.wire.TaskReport"), Immutable]
internal struct TaskReportSurrogate
{
    [Id(0)] public int Kind;
    [Id(1)] public long? Generation;
    [Id(2)] public double? Progress;
    [Id(3)] public ReadOnlyMemory<byte> Result;
    [Id(4)] public string? Error;
    [Id(5)] public ReadOnlyMemory<byte> ErrorCode;
}

[RegisterConverter, RegisterCopier]
internal sealed class TaskReportConverter : ShallowCopier<TaskReport>, IConverter<TaskReport, TaskReportSurrogate>
{
    public TaskReport ConvertFromSurrogate(in TaskReportSurrogate surrogate) => new((TaskReportKind)surrogate.Kind)
    {
        Generation = surrogate.Generation,
        Progress = surrogate.Progress,
        Result = surrogate.Result,
        Error = surrogate.Error,
        ErrorCode = surrogate.ErrorCode,
    };

    public TaskReportSurrogate ConvertToSurrogate(in TaskReport value) => new()
    {
        Kind = (int)value.Kind,
        Generation = value.Generation,
        Progress = value.Progress,
        Result = value.Result,
        Error = value.Error,
        ErrorCode = value.ErrorCode,
    };
}

[GenerateSerializer, Alias("hms.wire.TaskCreation"), Immutable]
internal struct TaskCreationSurrogate
{
    [Id(0)] public bool Created;
    [Id(1)] public TaskRecord Record;
}

[RegisterConverter, RegisterCopier]
internal sealed class TaskCreationConverter : ShallowCopier<TaskCreation>, IConverter<TaskCreation, TaskCreationSurrogate>
{
    public TaskCreation ConvertFromSurrogate(in TaskCreationSurrogate surrogate) => new(surrogate.Created, surrogate.Record);

    public TaskCreationSurrogate ConvertToSurrogate(in TaskCreation value) => new() { Created = value.Created, Record = value.Record };
}

[GenerateSerializer, Alias("hms.wire.TaskQuery"), Immutable]
internal struct TaskQuerySurrogate
{
    [Id(0)] public string? Assignee;
    [Id(1)] public int? Phase;
    [Id(2)] public string After;
    [Id(3)] public int Limit;
}

[RegisterConverter, RegisterCopier]
internal sealed class TaskQueryConverter : ShallowCopier<TaskQuery>, IConverter<TaskQuery, TaskQuerySurrogate>
{
    public TaskQuery ConvertFromSurrogate(in TaskQuerySurrogate surrogate) => new()
    {
        Assignee = surrogate.Assignee,
        Phase = (TaskPhase?)surrogate.Phase,
        After = surrogate.After,
        Limit = surrogate.Limit,
    };

    public TaskQuerySurrogate ConvertToSurrogate(in TaskQuery value) => new()
    {
        Assignee = value.Assignee,
        Phase = (int?)value.Phase,
        After = value.After,
        Limit = value.Limit,
    };
}
