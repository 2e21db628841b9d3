using System.Buffers;
using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Catalogue;

namespace Hms.Domain.Catalogue;

/// <summary>The custom message types. A row holds a type in the form in which <c>GET /v1/message-types/{type}</c> shows it.</summary>
/// <param name="limits">What it may hold.</param>
public sealed class CatalogueState(CatalogueLimits limits) : IEntityState
{
    private const char TypeRow = 't';
    private readonly SortedDictionary<string, MessageTypeDefinition> _types = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => null;

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake => null;

    /// <inheritdoc/>
    public bool IsQuiescent => true;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        using var json = JsonDocument.Parse(value, JsonText.Reading);
        var definition = MessageTypeDefinition.Read(key.Name!, json.RootElement);
        _types[definition.Type] = definition;
    }

    /// <inheritdoc/>
    public void Loaded()
    {
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        if (!_types.TryGetValue(key.Name!, out var definition))
        {
            return false;
        }

        using var json = new Utf8JsonWriter(value, JsonText.Writing);
        definition.WriteTo(json);
        return true;
    }

    internal Step<CatalogueReply> Put(CatalogueCommand.Put command)
    {
        var definition = command.Definition;
        if (BuiltInTypes.ByName.TryGetValue(definition.Type, out var builtIn))
        {
            return Step<CatalogueReply>.Refuse(new Fault(ErrorCode.Conflict, $"{definition.Type} is built in and cannot be replaced")
            {
                Record = builtIn.ToJson(),
            });
        }

        var created = !_types.ContainsKey(definition.Type);
        if (created && _types.Count >= limits.TypesMax)
        {
            return Step<CatalogueReply>.Refuse(new Fault(ErrorCode.RateLimited, $"there are {limits.TypesMax} custom types already"));
        }

        _types[definition.Type] = definition;
        Changes.Touch(RowKey.Of(TypeRow, definition.Type));
        return Step<CatalogueReply>.Of(new CatalogueReply.Stored(created));
    }

    internal Step<CatalogueReply> List() => Step<CatalogueReply>.Of(new CatalogueReply.Listed([.. _types.Values]));
}
