using System.Text.Json;
using System.Text.Json.Nodes;
using Hms.Protocol.Schema;

namespace Hms.Http.Tests;

/// <summary>What tests expect of answers.</summary>
internal static class Answers
{
    private static readonly string[] ErrorMembers = ["error_code", "error_message", "error_details", "source_message_id"];

    public static async Task<JsonNode> JsonAsync(this Task<HttpResponseMessage> answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await answer;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text), response.Content.Headers.ContentLength);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The answer is an ErrorResponse and nothing else, with that code and the status that goes with it.</summary>
    public static async Task<JsonNode> ErrorAsync(this Task<HttpResponseMessage> answer, ErrorCode code, int? status = null)
    {
        var error = await answer.JsonAsync((HttpStatusCode)(status ?? code.HttpStatus()));
        AssertError(error, code);
        return error;
    }

    /// <summary>Where the problems of a validation_error are.</summary>
    public static async Task<string[]> ProblemsAsync(this Task<HttpResponseMessage> answer)
    {
        var error = await answer.ErrorAsync(ErrorCode.Validation);
        return [.. error["error_details"]!.AsArray().Select(problem => (string)problem!["path"]!).Distinct().Order(StringComparer.Ordinal)];
    }

    public static void AssertError(JsonNode error, ErrorCode code)
    {
        Assert.Equal(code.WireName(), (string?)error["error_code"]);
        Assert.NotEmpty((string?)error["error_message"] ?? "");
        Assert.NotNull((string?)error["source_message_id"]);
        Assert.All(error.AsObject(), member => Assert.Contains(member.Key, ErrorMembers));
        Assert.DoesNotContain("   at ", error.ToJsonString(), StringComparison.Ordinal);
    }

    /// <summary>The answer is that JSON, however it is laid out here.</summary>
    public static void AssertSame(string expected, JsonNode actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), actual.ToJsonString());

    /// <summary>The answer keeps to the schema of that name in the OpenAPI document, and has no member that it does not name.</summary>
    public static async Task AssertDocumentedAsync(TestFront front, string schema, JsonNode actual)
    {
        var schemas = (await front.GetAsync("/openapi/v1.json").JsonAsync())["components"]!["schemas"]!.DeepClone();
        foreach (var one in schemas.AsObject().Select(member => member.Value).OfType<JsonObject>().Where(one => one.ContainsKey("properties")))
        {
            one["additionalProperties"] = false;
        }

        var text = new JsonObject { ["$ref"] = $"#/$defs/{schema}", ["$defs"] = schemas }
            .ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
        using var document = JsonDocument.Parse(actual.ToJsonString());
        var problems = new List<Problem>();
        JsonSchema.Compile(System.Text.Encoding.UTF8.GetBytes(text)).Validate(document.RootElement, problems);
        Assert.Empty(problems);
    }
}
