using System.Text.Json;
using Hms.Protocol.Schema.Patterns;
using Hms.Protocol.Schema.Rules;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema;

/// <summary>Reads one schema document into rules, and collects everything that is wrong with it.</summary>
internal sealed class SchemaReader
{
    private readonly List<Problem> _problems = [];
    private readonly List<Subschema> _schemas = [];
    private readonly Dictionary<string, Pattern> _patterns = new(StringComparer.Ordinal);
    private readonly SchemaAddresses _addresses = new();
    private readonly SchemaReferences _references = new();

    private SchemaReader()
    {
    }

    /// <summary>The root schema, ready to check.</summary>
    /// <exception cref="JsonSchemaException">Lists every problem.</exception>
    public static Subschema Read(in JsonElement document)
    {
        var reader = new SchemaReader();
        SchemaText.Check(document, reader._problems);

        // Deeper than allowed: not even safe to read.
        reader.ThrowIfAny();
        var root = reader.ReadSchema(document, "", SchemaAddresses.Root, depth: 1);
        reader._references.Resolve(reader._addresses, reader.Report);
        reader.ThrowIfAny();
        SchemaLoops.Check(reader._schemas, reader.Report);
        reader.ThrowIfAny();
        foreach (var schema in reader._schemas) schema.Seal();
        return root;
    }

    public void Report(string pointer, string message) => _problems.Add(new Problem(pointer, message));

    public Subschema ReadSchema(in JsonElement value, string pointer, SchemaResource resource, int depth)
    {
        var schema = new Subschema(pointer);
        if (_schemas.Count == JsonSchemaLimits.SubschemasMax)
            Report(pointer, $"is one schema too many: there may be {JsonSchemaLimits.SubschemasMax}");
        if (depth > JsonSchemaLimits.DepthMax)
            Report(pointer, $"is nested too deep: schemas may nest {JsonSchemaLimits.DepthMax} deep");
        if (depth > JsonSchemaLimits.DepthMax || _schemas.Count >= JsonSchemaLimits.SubschemasMax) ThrowIfAny();
        _schemas.Add(schema);
        _addresses.AddPointer(pointer, schema);
        switch (value.ValueKind)
        {
            case JsonValueKind.True:
                break;
            case JsonValueKind.False:
                schema.Rule<NeverRule>();
                break;
            case JsonValueKind.Object:
                ReadKeywords(value, schema, resource, depth);
                break;
            default:
                Report(pointer, $"must be a schema (an object, true or false), is {Show.Kind(value)}");
                break;
        }

        return schema;
    }

    /// <summary>A pattern, compiled once however often it occurs; null for a bad one, which is reported.</summary>
    public Pattern? ReadPattern(string source, string pointer)
    {
        if (_patterns.TryGetValue(source, out var known)) return known;
        try
        {
            return _patterns[source] = Pattern.Compile(source);
        }
        catch (PatternException e)
        {
            Report(pointer, $"pattern {e.Message}");
            return null;
        }
    }

    public void AddReference(RefRule rule, string target, string pointer, SchemaResource resource) =>
        _references.Add(rule, target, pointer, resource);

    public void AddAnchor(string anchor, string pointer, Subschema schema, SchemaResource resource)
    {
        if (!_addresses.AddAnchor(resource, anchor, schema)) Report(pointer, "repeats an anchor");
    }

    private void ReadKeywords(in JsonElement value, Subschema schema, SchemaResource resource, int depth)
    {
        // An $id is the base of everything beside it, wherever it stands.
        if (value.TryGetProperty("$id", out var id)) resource = ReadId(id, schema, resource);
        foreach (var member in value.EnumerateObject())
        {
            var pointer = JsonPointer.Append(schema.Pointer, member.Name);
            if (Keywords.Table.TryGetValue(member.Name, out var read))
                read(new Keyword(this, schema, member.Value, pointer, resource, depth));
            else
                Report(pointer, "is not a keyword that is supported");
        }
    }

    private SchemaResource ReadId(in JsonElement id, Subschema schema, SchemaResource outer)
    {
        var pointer = JsonPointer.Append(schema.Pointer, "$id");
        if (id.ValueKind != JsonValueKind.String || SchemaAddresses.Resource(id.GetString()!, schema.Pointer, outer) is not { } resource)
        {
            Report(pointer, "must be a URI reference without a fragment");
            return outer;
        }

        if (!_addresses.AddResource(resource)) Report(pointer, "repeats the $id of another schema");
        return resource;
    }

    private void ThrowIfAny()
    {
        if (_problems.Count > 0) throw new JsonSchemaException(_problems);
    }
}
