using System.Collections.Frozen;
using static Hms.Protocol.Catalogue.Roles;

namespace Hms.Protocol.Catalogue;

/// <summary>The message types of section 3, and the three that the protocol needs besides. One row a type.</summary>
public static class BuiltInTypes
{
    private static readonly MessageTypeDefinition[] Rows =
    [
        Row("supervisor_registration", "administrative", "Registers a supervisor with the Meta-Supervisor.", Any, Meta, "supervisor_configuration"),
        Row("supervisor_deregistration", "administrative", "Ends a supervisor's registration.", Any, Meta),
        Row("supervisor_heartbeat", "administrative", "Says at intervals that a supervisor is alive.", Any, Meta),
        Row("supervisor_status_request", "administrative", "Asks a supervisor how it is.", Meta, Any, "supervisor_status_response"),
        Row("supervisor_status_response", "administrative", "Says how a supervisor is.", Any, Meta),
        Row("supervisor_configuration", "administrative", "Gives a supervisor new settings.", Meta, Any),

        Row("task_assignment", "task", "Gives a task to a supervisor.", Meta, Any, "task_acceptance"),
        Row("task_acceptance", "task", "Takes an assigned task on.", Any, Meta),
        Row("task_rejection", "task", "Turns an assigned task down.", Any, Meta),
        Row("task_progress", "task", "Says how far a task has come.", Any, Meta),
        Row("task_completion", "task", "Ends a task with its result.", Any, Meta),
        Row("task_failure", "task", "Ends a task with an error.", Any, Meta),
        Row("task_cancellation", "task", "Calls a task off.", Meta, Any),

        Row("sync_request", "coordination", "Asks to synchronize.", Any, Any, "sync_response"),
        Row("sync_response", "coordination", "Answers a request to synchronize.", Any, Any),
        Row("lock_request", "coordination", "Acquires, renews or releases a distributed lock.", Any, Meta, "lock_response"),
        Row("lock_response", "coordination", "Says whether a lock is held, and tells a holder of its loss.", Meta, Any),
        Row("barrier_request", "coordination", "Calls a supervisor to a barrier.", Meta, Any, "barrier_response"),
        Row("barrier_response", "coordination", "Says that a supervisor has arrived at a barrier, ready or not.", Any, Meta),
        Row("barrier_continue", "coordination", "Ends a barrier for all who take part in it.", Meta, Any),

        Row("health_notification", "notification", "Tells of a change in a component's health.", Any, Any),
        Row("circuit_notification", "notification", "Tells of a change in a circuit breaker's state.", Runtime, Any),
        Row("config_notification", "notification", "Tells of a change in a configuration.", Any, Any),
        Row("recovery_notification", "notification", "Tells of a recovery action.", Runtime, Any),

        Row("metrics_query", "query", "Asks for metrics.", Any, Analysis, "metrics_response"),
        Row("metrics_response", "query", "Answers with metrics.", Analysis, Any),
        Row("state_query", "query", "Asks for the state of something.", Any, Any, "state_response"),
        Row("state_response", "query", "Answers with the state of something.", Any, Any),

        Row("analysis_result", "analysis", "Gives what an analysis found.", Analysis, Any),
        Row("pattern_detection", "analysis", "Tells of a pattern that was found.", Analysis, Any),
        Row("anomaly_detection", "analysis", "Tells of an anomaly that was found.", Analysis, Any),
        Row("trend_detection", "analysis", "Tells of a trend that was found.", Analysis, Any),

        Row("optimization_request", "optimization", "Asks for an optimization.", Any, Ga, "optimization_result"),
        Row("optimization_result", "optimization", "Gives what an optimization came to.", Ga, Any),
        Row("configuration_proposal", "optimization", "Proposes a change of configuration.", Ga, Runtime, "configuration_feedback"),
        Row("configuration_feedback", "optimization", "Says how a proposed configuration did.", Runtime, Ga),

        Row("message_batch", "transport", "Carries several messages in one (section 9.1).", Any, Any),
        Row("error_response", "transport", "Says what was wrong with a message (section 5.1).", Any, Any),
    ];

    /// <summary>All built-in types, in the order of section 3.</summary>
    public static IReadOnlyList<MessageTypeDefinition> All => Rows;

    /// <summary>The built-in types by name.</summary>
    public static FrozenDictionary<string, MessageTypeDefinition> ByName { get; } = Rows.ToFrozenDictionary(row => row.Type, StringComparer.Ordinal);

    private static MessageTypeDefinition Row(
        string type, string category, string description, string sender, string receiver, string? response = null) =>
        new(type, category, description, [sender], [receiver], response, SchemaOf(type));

    private static byte[] SchemaOf(string type)
    {
        using var resource = typeof(BuiltInTypes).Assembly.GetManifestResourceStream($"message-types/{type}.json")
            ?? throw new InvalidOperationException($"spec/message-types/{type}.json is not part of the assembly");
        var schema = new byte[resource.Length];
        resource.ReadExactly(schema);
        return schema.AsSpan().TrimEnd("\r\n"u8).ToArray();
    }
}
