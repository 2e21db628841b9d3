using System.Text.Json;
using Hms.Protocol.Schema;

namespace Hms.Protocol.Tests.Schema;

/// <summary>The schemas of spec/message-types, and the vectors of spec/vectors as far as they are about content.</summary>
public sealed class MessageTypeSchemaTests
{
    public const string SeedTaskAssignment =
        """
        {"task_id":"task_01f7a3c8b94f","task_type":"component_recovery",
         "parameters":{"component_id":"api_service","action":"restart"},"priority":"high"}
        """;

    private static readonly string Spec = Path.Combine(AppContext.BaseDirectory, "spec");

    public static TheoryData<string> Types => [.. Names("message-types")];

    public static TheoryData<string> Accepted => [.. Names("vectors", "accept")];

    public static TheoryData<string> Rejected =>
        [.. Names("vectors", "reject").Where(name => name.StartsWith("content.", StringComparison.Ordinal))];

    public static JsonSchema Load(string type) =>
        JsonSchema.Compile(File.ReadAllBytes(Path.Combine(Spec, "message-types", $"{type}.json")));

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_schema_compiles_and_describes_itself(string type)
    {
        Load(type);
        var schema = Checks.Json(File.ReadAllText(Path.Combine(Spec, "message-types", $"{type}.json")));
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.NotEmpty(schema.GetProperty("title").GetString()!);
        Assert.NotEmpty(schema.GetProperty("description").GetString()!);
    }

    [Fact]
    public void Every_message_type_of_the_protocol_has_a_schema_and_nothing_else_has() =>
        Assert.Equal(
            """
            analysis_result anomaly_detection barrier_continue barrier_request barrier_response circuit_notification config_notification
            configuration_feedback configuration_proposal error_response health_notification lock_request lock_response message_batch
            metrics_query metrics_response optimization_request optimization_result pattern_detection recovery_notification state_query
            state_response supervisor_configuration supervisor_deregistration supervisor_heartbeat supervisor_registration
            supervisor_status_request supervisor_status_response sync_request sync_response task_acceptance task_assignment
            task_cancellation task_completion task_failure task_progress task_rejection trend_detection
            """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
            Names("message-types"));

    [Fact]
    public void Every_message_type_has_an_accepted_vector()
    {
        var seen = Names("vectors", "accept").Select(name => Vector("accept", name).GetProperty("message_type").GetString()!);
        Assert.Empty(Names("message-types").Except(seen));
    }

    [Theory]
    [InlineData("task_assignment", SeedTaskAssignment)]
    [InlineData("task_assignment", """{"task_id":"t","task_type":"x","parameters":{},"dependencies":null,"timeout":60000,"priority":"high"}""")]
    [InlineData("task_acceptance", """{"task_id":"task_1","accepted_at":"2025-05-01T14:30:00.123456789+00:00"}""")]
    [InlineData("task_rejection", """{"task_id":"task_1","reason":"Cannot accept task at this time"}""")]
    [InlineData("task_progress", """{"task_id":"task_1","status":"started","progress":0.0}""")]
    [InlineData("task_failure", """{"task_id":"task_1","error":"unsupported task type","error_code":"unsupported"}""")]
    [InlineData("task_completion", """{"anything":"that a task returns"}""")]
    [InlineData("barrier_request", """{"barrier_id":"b","timeout_ms":5000}""")]
    [InlineData("barrier_response", """{"barrier_id":"b","ready":true}""")]
    [InlineData("barrier_continue", """{"barrier_id":"b","all_ready":true}""")]
    [InlineData("health_notification", """{"component_id":"c","status":"Critical","message":"m","metrics":{},"timestamp":"2025-05-01T14:30:00+00:00"}""")]
    [InlineData("error_response", """{"error_code":"validation_error","error_message":"m","source_message_id":"msg_1"}""")]
    public void The_contents_that_the_seed_shows_are_accepted(string type, string content) =>
        Assert.True(Load(type).Validate(Checks.Json(content)));

    [Theory]
    [MemberData(nameof(Accepted))]
    public void The_content_of_an_accepted_vector_obeys_its_schema(string name)
    {
        var message = Vector("accept", name);
        if (message.TryGetProperty("encrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True) return;
        var type = message.GetProperty("message_type").GetString()!;
        if (!Names("message-types").Contains(type)) return;
        var problems = new List<Problem>();
        Load(type).Validate(message.GetProperty("content"), problems, "/content");
        Assert.Empty(problems);
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public void The_content_of_a_rejected_vector_breaks_its_schema_at_exactly_the_paths_named(string name)
    {
        var vector = Vector("reject", name);
        var message = Checks.Json(vector.GetProperty("message").GetString()!);
        var problems = new List<Problem>();
        Load(message.GetProperty("message_type").GetString()!).Validate(message.GetProperty("content"), problems, "/content");
        Assert.Equal("validation_error", vector.GetProperty("error_code").GetString());
        Assert.Equal(
            vector.GetProperty("paths").EnumerateArray().Select(path => path.GetString()!).Order(StringComparer.Ordinal),
            problems.Select(problem => problem.Path).Distinct().Order(StringComparer.Ordinal));
    }

    private static JsonElement Vector(string kind, string name) =>
        Checks.Json(File.ReadAllText(Path.Combine(Spec, "vectors", kind, $"{name}.json")));

    private static string[] Names(params string[] folder) =>
    [
        .. Directory.GetFiles(Path.Combine([Spec, .. folder]), "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal),
    ];
}
