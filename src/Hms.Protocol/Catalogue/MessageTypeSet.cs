using System.Collections.Concurrent;
using Hms.Protocol.Schema;

namespace Hms.Protocol.Catalogue;

/// <summary>
/// The types known here with their compiled schemas: the built-in ones, compiled when first used, and the custom ones that were added.
/// Safe to read and change from several threads.
/// </summary>
public sealed class MessageTypeSet
{
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>A set that holds the built-in types.</summary>
    public MessageTypeSet()
    {
        foreach (var definition in BuiltInTypes.All)
        {
            _known[definition.Type] = new Known(definition, null);
        }
    }

    /// <summary>Every type, built-in and custom, by name.</summary>
    public IReadOnlyList<MessageTypeDefinition> All() =>
        [.. _known.Values.Select(known => known.Definition).OrderBy(definition => definition.Type, StringComparer.Ordinal)];

    /// <summary>The type of that name; null where there is none.</summary>
    public MessageTypeDefinition? Find(string type) => _known.TryGetValue(type, out var known) ? known.Definition : null;

    /// <summary>The compiled schema of that type's content; null where nobody registered the type.</summary>
    public JsonSchema? SchemaOf(string type) => _known.TryGetValue(type, out var known) ? known.Schema : null;

    /// <summary>Adds or replaces a custom type.</summary>
    /// <exception cref="JsonSchemaException">The schema is not understood; it names every problem.</exception>
    public void Put(MessageTypeDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _known[definition.Type] = new Known(definition, JsonSchema.Compile(definition.Schema));
    }

    private sealed class Known(MessageTypeDefinition definition, JsonSchema? schema)
    {
        private JsonSchema? _schema = schema;

        public MessageTypeDefinition Definition => definition;

        // Two threads that compile at once come to the same thing.
        public JsonSchema Schema => _schema ??= JsonSchema.Compile(definition.Schema);
    }
}
