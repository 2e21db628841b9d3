using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>One part of the list of tasks as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.taskindex")]
internal sealed class TaskIndexGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<TaskIndexEntity>(context, silo, EntityKind.TaskIndex, silo.Make.TaskIndex), ITaskIndexGrain
{
    public ValueTask AdmitAsync(string task, CancellationToken cancellationToken = default) =>
        Entity.AdmitAsync(task, cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default) =>
        Entity.ListAsync(query, cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        Entity.AcceptAsync(delivery, cancellationToken);
}
