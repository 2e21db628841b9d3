using System.Text.Json;

namespace Hms.Protocol.Coordination;

/// <summary>What an assignee says of its task.</summary>
public enum TaskReportKind
{
    /// <summary>It takes the task on.</summary>
    Acceptance,

    /// <summary>It turns it down.</summary>
    Rejection,

    /// <summary>It tells how far it is.</summary>
    Progress,

    /// <summary>It has done it.</summary>
    Completion,

    /// <summary>It has failed.</summary>
    Failure,
}

/// <summary>A <c>task_acceptance</c>, <c>task_rejection</c>, <c>task_progress</c>, <c>task_completion</c> or <c>task_failure</c> (sections 3.2 and 11.1).</summary>
/// <param name="Kind">Which of them.</param>
public sealed record TaskReport(TaskReportKind Kind)
{
    /// <summary>The attempt that it means; null for the current one.</summary>
    public long? Generation { get; init; }

    /// <summary>The part done, 0–1; null where it does not say.</summary>
    public double? Progress { get; init; }

    /// <summary>The result, as JSON: <c>content.result</c>, else the content. Empty but for a completion.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>The error, or why it was turned down; null where nothing is said.</summary>
    public string? Error { get; init; }

    /// <summary>The error for a machine, as JSON; empty where there is none.</summary>
    public ReadOnlyMemory<byte> ErrorCode { get; init; }

    /// <summary>The kind that a message type stands for; null where it is none of them.</summary>
    public static TaskReportKind? KindOf(string messageType) => messageType switch
    {
        "task_acceptance" => TaskReportKind.Acceptance,
        "task_rejection" => TaskReportKind.Rejection,
        "task_progress" => TaskReportKind.Progress,
        "task_completion" => TaskReportKind.Completion,
        "task_failure" => TaskReportKind.Failure,
        _ => null,
    };

    /// <summary>Reads the content of a message of that kind, which keeps to its schema.</summary>
    public static TaskReport Read(TaskReportKind kind, JsonElement content)
    {
        var report = new TaskReport(kind) { Result = kind == TaskReportKind.Completion ? ResultOf(content) : default };
        return content.ValueKind != JsonValueKind.Object ? report : report with
        {
            Generation = content.Integer("generation"),
            Progress = kind == TaskReportKind.Progress ? content.Number("progress") : null,
            Error = content.Member(kind == TaskReportKind.Rejection ? "reason" : "error") is { ValueKind: JsonValueKind.String } text
                ? text.GetString()
                : null,
            ErrorCode = kind == TaskReportKind.Failure ? content.Raw("error_code") : default,
        };
    }

    private static ReadOnlyMemory<byte> ResultOf(JsonElement content) =>
        content.ValueKind == JsonValueKind.Object && content.TryGetProperty("result"u8, out var result)
            ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(result).ToArray()
            : System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(content).ToArray();
}
