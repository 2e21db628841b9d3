using Orleans.Concurrency;

namespace Hms.Grains.Fronts;

/// <summary>The message types for clients of the cluster, on the silo that they are connected to.</summary>
[Reentrant]
[StatelessWorker(1)]
[GrainType("hms.message-types-front")]
internal sealed class MessageTypesFront(SiloEngine silo) : Grain, IMessageTypesFront
{
    public ValueTask<IReadOnlyList<MessageTypeDefinition>> ListAsync(CancellationToken cancellationToken = default) =>
        silo.Fabric.MessageTypes.ListAsync(cancellationToken);

    public ValueTask<MessageTypeDefinition> GetAsync(string type, CancellationToken cancellationToken = default) =>
        silo.Fabric.MessageTypes.GetAsync(type, cancellationToken);

    public ValueTask<bool> PutAsync(MessageTypeDefinition definition, CancellationToken cancellationToken = default) =>
        silo.Fabric.MessageTypes.PutAsync(definition, cancellationToken);
}
