using System.Text.Json;

namespace Hms.Protocol.Coordination;

/// <summary>
/// What is to be done: the body of <c>POST /v1/tasks</c>, and the content of <c>task_assignment</c> (section 11.1), which names neither
/// assigner nor assignee.
/// </summary>
public sealed record TaskOrder
{
    /// <summary>Who wants it done, and is told what comes of it. Need not be registered; then it is told nothing.</summary>
    public required string Assigner { get; init; }

    /// <summary>Who is to do it; registered.</summary>
    public required string Assignee { get; init; }

    /// <summary>The task's name; <c>""</c> where the fabric makes one.</summary>
    public string TaskId { get; init; } = "";

    /// <summary>What kind of task, 1–256 characters.</summary>
    public required string TaskType { get; init; }

    /// <summary>What to do it with: a JSON object, kept as it was written.</summary>
    public ReadOnlyMemory<byte> Parameters { get; init; }

    /// <summary>Tasks that must complete first; each must exist. At most 1,000, each once.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];

    /// <summary>Milliseconds from assignment, and from each sign of progress, until the task has timed out; null where it never does.</summary>
    public long? TimeoutMs { get; init; }

    /// <summary>The task's priority, and that of its messages. Default normal.</summary>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>What happens when an attempt fails. Default: nothing more.</summary>
    public TaskRetry Retry { get; init; } = TaskRetry.None;

    /// <summary>Reads JSON that keeps to the schema of the body or of the content.</summary>
    /// <param name="json">The body, or the content.</param>
    /// <param name="assigner">Who sent the message; null where the body says it.</param>
    /// <param name="assignee">Where the message goes; null where the body says it.</param>
    public static TaskOrder Read(JsonElement json, string? assigner = null, string? assignee = null) => new()
    {
        Assigner = assigner ?? json.GetProperty("assigner"u8).GetString()!,
        Assignee = assignee ?? json.GetProperty("assignee"u8).GetString()!,
        TaskId = json.Text("task_id") ?? "",
        TaskType = json.GetProperty("task_type"u8).GetString()!,
        Parameters = json.Raw("parameters"),
        Dependencies = json.Texts("dependencies") ?? [],
        TimeoutMs = json.Integer("timeout"),
        Priority = Priorities.FromWire(json.Text("priority") ?? "normal") ?? Priority.Normal,
        Retry = json.Member("retry") is { } retry ? TaskRetry.Read(retry) : TaskRetry.None,
    };
}

/// <summary>What happens when an attempt fails, is turned down, or its assignee is lost.</summary>
/// <param name="AttemptsMax">Attempts in all, the first included, 1–100.</param>
/// <param name="Reassign">Whether another living supervisor with one of the assignee's roles or capabilities may take over.</param>
public sealed record TaskRetry(int AttemptsMax, bool Reassign)
{
    /// <summary>Most attempts that may be asked for.</summary>
    public const int AttemptsCap = 100;

    /// <summary>One attempt.</summary>
    public static TaskRetry None { get; } = new(1, false);

    internal static TaskRetry Read(JsonElement json)
    {
        var reassign = json.Flag("reassign");
        var attempts = json.Integer("max_attempts") ?? (reassign ? 2 : 1);
        return new TaskRetry((int)Math.Clamp(attempts, 1, AttemptsCap), reassign);
    }

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject("retry"u8);
        json.WriteNumber("max_attempts"u8, AttemptsMax);
        json.WriteBoolean("reassign"u8, Reassign);
        json.WriteEndObject();
    }
}
