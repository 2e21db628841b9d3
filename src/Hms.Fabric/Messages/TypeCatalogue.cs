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
    private readonly Lock _gate = new();
    private TaskCompletionSource? _next;

    /// <summary>
    /// Takes up what the catalogue holds. One list is read and taken up after the other, so that none that is older replaces a newer one; whoever comes
    /// while one is under way shares the next.
    /// </summary>
    public Task LoadAsync()
    {
        TaskCompletionSource loading;
        lock (_gate)
        {
            if (_next is not null)
            {
                return _next.Task;
            }

            loading = _next = new TaskCompletionSource();
        }

        _ = _loading.RunAsync("all", () => LoadInTurnAsync(loading)).AsTask();
        return loading.Task;
    }

    private async ValueTask<bool> LoadInTurnAsync(TaskCompletionSource loading)
    {
        lock (_gate)
        {
            _next = null;
        }

        try
        {
            await TakeUpAsync();
            loading.SetResult();
        }
#pragma warning disable CA1031 // Whoever waits for it is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            loading.SetException(e);
        }

        return true;
    }

    private async Task TakeUpAsync()
    {
        foreach (var definition in await entities.Catalogue.ListAsync())
        {
            if (types.Find(definition.Type) is not { } known || !known.ToJson().AsSpan().SequenceEqual(definition.ToJson()))
            {
                types.Put(definition);
            }
        }
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

        try
        {
            // Somebody else may have put another one meanwhile.
            await LoadAsync().WaitAsync(cancellationToken);
        }
        catch (FaultException)
        {
            // It was put all the same.
            types.Put(definition);
        }

        return created;
    }
}
