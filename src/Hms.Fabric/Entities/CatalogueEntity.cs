using Hms.Abstractions;
using Hms.Domain.Catalogue;
using Hms.Domain.Entities;
using Hms.Protocol.Catalogue;

namespace Hms.Fabric.Entities;

/// <summary>The custom message types in their host.</summary>
public sealed class CatalogueEntity : ICataloguePort, IWakeable
{
    /// <summary>The name of the one there is.</summary>
    public const string Name = "types";

    private readonly EntityHost<CatalogueState, CatalogueCommand, CatalogueReply> _host;

    /// <summary>The catalogue.</summary>
    public CatalogueEntity(EntityServices services, CatalogueLimits limits) =>
        _host = new(
            new EntityKey(EntityKind.Catalogue, Name),
            services,
            () => new CatalogueState(limits),
            CatalogueMachine.Decide,
            new CatalogueCommand.Wake());

    /// <inheritdoc/>
    public async ValueTask<bool> PutAsync(MessageTypeDefinition definition, CancellationToken cancellationToken = default) =>
        ((CatalogueReply.Stored)await _host.DecideAsync(new CatalogueCommand.Put(definition), cancellationToken)).Created;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<MessageTypeDefinition>> ListAsync(CancellationToken cancellationToken = default) =>
        ((CatalogueReply.Listed)await _host.DecideAsync(new CatalogueCommand.List(), cancellationToken)).Types;

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();
}
