using Hms.Abstractions;
using Hms.Fabric.Entities;
using Hms.Protocol;
using Hms.Protocol.Catalogue;
using Hms.Protocol.Schema;

namespace Hms.Fabric.Messages;

/// <summary>The message types: built-in ones, and custom ones kept by the catalogue and compiled here.</summary>
internal sealed class TypeCatalogue(IEntities entities, MessageTypeSet types) : IMessageTypes
{
    private readonly Lanes<string> _loading = new();

    /// <summary>Takes up what the catalogue holds. One list is read and taken up after the other, so that none that is older replaces a newer one.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken) =>
        await _loading.RunAsync("all", () => LoadInTurnAsync(cancellationToken));

    private async ValueTask<bool> LoadInTurnAsync(CancellationToken cancellationToken)
    {
        foreach (var definition in await entities.Catalogue.ListAsync(cancellationToken))
        {
            if (types.Find(definition.Type) is not { } known || !known.ToJson().AsSpan().SequenceEqual(definition.ToJson()))
            {
                types.Put(definition);
            }
        }

        return true;
    }

    public ValueTask<IReadOnlyList<MessageTypeDefinition>> ListAsync(CancellationToken cancellationToken = default) => new(types.All());

    public ValueTask<MessageTypeDefinition> GetAsync(string type, CancellationToken cancellationToken = default) =>
        types.Find(type) is { } definition
            ? new(definition)
            : ValueTask.FromException<MessageTypeDefinition>(
                new FaultException(ErrorCode.DestinationNotFound, $"no message type {type} is registered"));

    public async ValueTask<bool> PutAsync(MessageTypeDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        try
        {
            JsonSchema.Compile(definition.Schema);
        }
        catch (JsonSchemaException e)
        {
            throw new FaultException(
                new Fault(ErrorCode.Validation, "the schema is not understood: see error_details")
                {
                    Problems = [.. e.Problems.Select(problem => problem with { Path = "/schema" + problem.Path })],
                },
                e);
        }

        var created = await entities.Catalogue.PutAsync(definition, cancellationToken);

        // Somebody else may have put another one meanwhile.
        await LoadAsync(cancellationToken);
        return created;
    }
}
