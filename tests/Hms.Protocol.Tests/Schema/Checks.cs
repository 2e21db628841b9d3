using System.Text;
using System.Text.Json;
using Hms.Protocol.Schema;

namespace Hms.Protocol.Tests.Schema;

/// <summary>Short words for what these tests do over and over.</summary>
internal static class Checks
{
    public static JsonSchema Compile(string schema) => JsonSchema.Compile(Encoding.UTF8.GetBytes(schema));

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 128 });
        return document.RootElement.Clone();
    }

    /// <summary>The answer; the quick way and the thorough way must agree on it.</summary>
    public static bool IsValid(string schema, string value)
    {
        var compiled = Compile(schema);
        var problems = new List<Problem>();
        var valid = compiled.Validate(Json(value));
        Assert.Equal(valid, compiled.Validate(Json(value), problems));
        Assert.Equal(valid, problems.Count == 0);
        return valid;
    }

    /// <summary>Each problem as <c>path: message</c>.</summary>
    public static string[] Problems(string schema, string value, string at = "")
    {
        var problems = new List<Problem>();
        Compile(schema).Validate(Json(value), problems, at);
        return [.. problems.Select(Line)];
    }

    /// <summary>What is wrong with a schema, each as <c>path: message</c>.</summary>
    public static string[] Refusals(string schema) =>
        [.. Assert.Throws<JsonSchemaException>(() => Compile(schema)).Problems.Select(Line)];

    public static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private static string Line(Problem problem) => $"{problem.Path}: {problem.Message}";
}
