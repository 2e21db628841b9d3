using System.Text.Json;

namespace Hms.Protocol.Coordination;

/// <summary>A task as clients see it.</summary>
public sealed record TaskRecord
{
    /// <summary>What was ordered; its assignee is the first one.</summary>
    public required TaskOrder Order { get; init; }

    /// <summary>Who is to do it now.</summary>
    public required string Assignee { get; init; }

    /// <summary>Where it stands.</summary>
    public required TaskPhase Phase { get; init; }

    /// <summary>The part done, 0–1, as the assignee said last.</summary>
    public double Progress { get; init; }

    /// <summary>What came of it, as JSON; empty where it has not completed.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>Why it has not completed; null where it has, or has not ended.</summary>
    public string? Error { get; init; }

    /// <summary>The same for a machine: JSON text or number as the assignee gave it, or the fabric's own word; empty where there is none.</summary>
    public ReadOnlyMemory<byte> ErrorCode { get; init; }

    /// <summary>The attempt, from 1; 0 while it waits.</summary>
    public required long Generation { get; init; }

    /// <summary>What happened, oldest first; of a long history, the latest part.</summary>
    public required IReadOnlyList<TaskEvent> History { get; init; }

    /// <summary>When it was ordered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it will have timed out; null where that is not in sight.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>Writes the record as <c>api.md</c> (Tasks) has it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("task_id"u8, Order.TaskId);
        json.WriteString("assigner"u8, Order.Assigner);
        json.WriteString("assignee"u8, Assignee);
        json.WriteString("task_type"u8, Order.TaskType);
        json.WriteString("state"u8, Phase.WireName());
        json.WriteNumber("progress"u8, Progress);
        WriteRaw(json, "result"u8, Result);
        if (Error is not null)
        {
            json.WriteString("error"u8, Error);
        }

        WriteRaw(json, "error_code"u8, ErrorCode);
        json.WriteNumber("generation"u8, Generation);
        WriteRaw(json, "parameters"u8, Order.Parameters);
        json.WriteString("priority"u8, Order.Priority.WireName());
        json.WriteStartArray("dependencies"u8);
        foreach (var dependency in Order.Dependencies)
        {
            json.WriteStringValue(dependency);
        }

        json.WriteEndArray();
        if (Order.TimeoutMs is { } timeout)
        {
            json.WriteNumber("timeout"u8, timeout);
        }

        Order.Retry.WriteTo(json);
        json.WriteString("created_at"u8, JsonText.Timestamp(CreatedAt));
        if (DeadlineAt is { } deadline)
        {
            json.WriteString("deadline_at"u8, JsonText.Timestamp(deadline));
        }

        json.WriteStartArray("history"u8);
        foreach (var happened in History)
        {
            happened.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }
    }
}

/// <summary>One entry in a task's history.</summary>
/// <param name="At">When.</param>
/// <param name="Phase">The phase that it came to.</param>
/// <param name="Generation">In which attempt.</param>
/// <param name="By">Who brought it about: a supervisor, or <c>meta_supervisor</c>.</param>
/// <param name="Reason">Why; null where that is plain.</param>
public sealed record TaskEvent(DateTimeOffset At, TaskPhase Phase, long Generation, string By, string? Reason)
{
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("at"u8, JsonText.Timestamp(At));
        json.WriteString("state"u8, Phase.WireName());
        json.WriteNumber("generation"u8, Generation);
        json.WriteString("by"u8, By);
        if (Reason is not null)
        {
            json.WriteString("reason"u8, Reason);
        }

        json.WriteEndObject();
    }
}
