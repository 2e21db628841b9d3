using System.Runtime.InteropServices;
using System.Text.Json;
using Hms.Protocol.Schema.Patterns;
using Hms.Protocol.Schema.Rules;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema;

/// <summary>
/// One keyword of a schema being read, with its value in the shapes that keywords take. A value of another shape is reported, and
/// something harmless returned, so that reading goes on to the next problem.
/// </summary>
internal readonly struct Keyword(
    SchemaReader reader, Subschema schema, JsonElement value, string pointer, SchemaResource resource, int depth)
{
    public JsonElement Value => value;

    /// <summary>The rule of the schema at hand that this keyword fills in.</summary>
    public T Rule<T>()
        where T : Rule, new() => schema.Rule<T>();

    public void Report(string message) => reader.Report(pointer, message);

    /// <summary>A number of things: an integer, 0 or more.</summary>
    public long Count()
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            var number = new JsonNumber(JsonMarshal.GetRawUtf8Value(value));
            if (number.IsInteger && !number.IsNegative) return number.ToInt64Saturated();
        }

        Report($"must be an integer, 0 or more, is {Show.Value(value)}");
        return 0;
    }

    public Bound? Bound()
    {
        if (value.ValueKind == JsonValueKind.Number) return new Bound(value);
        Report($"must be a number, is {Show.Kind(value)}");
        return null;
    }

    public bool Flag()
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) Report($"must be true or false, is {Show.Kind(value)}");
        return value.ValueKind == JsonValueKind.True;
    }

    public string? Text()
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Report($"must be a string, is {Show.Kind(value)}");
        return null;
    }

    public Pattern? Pattern() => Text() is { } source ? reader.ReadPattern(source, pointer) : null;

    public JsonElement[] Items()
    {
        if (value.ValueKind == JsonValueKind.Array) return [.. value.EnumerateArray()];
        Report($"must be an array, is {Show.Kind(value)}");
        return [];
    }

    /// <summary>The members of an object, each as a keyword of its own.</summary>
    public IEnumerable<(string Name, Keyword Value)> Members()
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Report($"must be an object, is {Show.Kind(value)}");
            yield break;
        }

        foreach (var member in value.EnumerateObject()) yield return (member.Name, At(member.Value, member.Name));
    }

    /// <summary>An array of strings that differ from one another.</summary>
    public IReadOnlyCollection<string> Names()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in Items())
        {
            var at = At(item, $"{index++}");
            if (at.Text() is { } name && !names.Add(name)) at.Report("is given twice");
        }

        return names;
    }

    public Subschema Schema() => reader.ReadSchema(value, pointer, resource, depth + 1);

    /// <summary>An array of one schema or more.</summary>
    public Subschema[] Schemas()
    {
        var items = Items();
        if (value.ValueKind == JsonValueKind.Array && items.Length == 0) Report("must not be empty");
        var schemas = new Subschema[items.Length];
        for (var i = 0; i < items.Length; i++) schemas[i] = At(items[i], $"{i}").Schema();
        return schemas;
    }

    /// <summary>The pattern that is the name of the member at hand.</summary>
    public Pattern? PatternNamed(string name) => reader.ReadPattern(name, pointer);

    public void Reference()
    {
        if (Text() is { } target) reader.AddReference(Rule<RefRule>(), target, pointer, resource);
    }

    public void Anchor()
    {
        if (Text() is not { } anchor) return;
        if (IsAnchor(anchor)) reader.AddAnchor(anchor, pointer, schema, resource);
        else Report("must be a letter or underscore followed by letters, digits, dashes, underscores and dots");
    }

    private static bool IsAnchor(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '_')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private Keyword At(in JsonElement part, string name) => new(reader, schema, part, JsonPointer.Append(pointer, name), resource, depth);
}
