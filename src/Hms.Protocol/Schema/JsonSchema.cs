using System.Text.Json;

namespace Hms.Protocol.Schema;

/// <summary>
/// A compiled JSON Schema (draft 2020-12). Thread-safe. Knows the keywords of <see cref="Keywords"/>, asserts <c>format</c>, resolves
/// <c>$ref</c> within its one document, and refuses what it does not know instead of ignoring it. Costs are bounded by
/// <see cref="JsonSchemaLimits"/>, whoever wrote the schema and whoever sends the value.
/// </summary>
public sealed class JsonSchema
{
    private readonly Subschema _root;

    private JsonSchema(Subschema root) => _root = root;

    /// <summary>Compiles a schema from its UTF-8 text.</summary>
    /// <exception cref="JsonSchemaException">The text is not JSON, or the schema is not understood; lists all that is wrong.</exception>
    public static JsonSchema Compile(ReadOnlyMemory<byte> utf8Json)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = JsonSchemaLimits.JsonDepthMax });
            return Compile(document.RootElement);
        }
        catch (JsonException e)
        {
            var trouble = SchemaText.NestsTooDeep(utf8Json.Span)
                ? SchemaText.TooDeep
                : $"is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            throw new JsonSchemaException([new Problem("", trouble)]);
        }
    }

    /// <summary>Compiles a schema. The element is copied: its document may be disposed of afterwards.</summary>
    /// <exception cref="JsonSchemaException">The schema is not understood; lists all that is wrong.</exception>
    public static JsonSchema Compile(JsonElement schema) => new(SchemaReader.Read(schema.Clone()));

    /// <summary>
    /// Whether a value obeys the schema. Without <paramref name="problems"/> stops at the first problem. A valid value costs no
    /// allocation, with or without the list, save where <c>propertyNames</c>, <c>uniqueItems</c> of more than 16 items, or the
    /// equality of objects of more than 8 members need one.
    /// </summary>
    /// <param name="instance">The value, nested at most 128 deep.</param>
    /// <param name="problems">Where given, every problem is appended to it, up to <see cref="JsonSchemaLimits.ProblemsMax"/>.</param>
    /// <param name="at">JSON Pointer of the value itself, put before each problem's path: <c>/content</c>.</param>
    public bool Validate(JsonElement instance, List<Problem>? problems = null, string at = "")
    {
        if (Run(instance, null, at)) return true;
        return problems is not null && Run(instance, problems, at);
    }

    private bool Run(in JsonElement instance, List<Problem>? problems, string at)
    {
        var walk = new Walk(problems, at);
        return walk.Finish(_root.Check(instance, ref walk));
    }
}
