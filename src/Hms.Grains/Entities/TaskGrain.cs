using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>One task as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.task")]
internal sealed class TaskGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<TaskEntity>(context, silo, EntityKind.Task, silo.Make.Task), ITaskGrain
{
    public ValueTask<(Moved Moved, TaskRecord? Record, bool Created)> CreateAsync(
        TaskOrder order, IReadOnlyList<TaskPhase> dependencies, EnqueueRequest? message, CancellationToken cancellationToken = default) =>
        Entity.CreateAsync(order, dependencies, message, cancellationToken);

    public ValueTask<Moved> TellAsync(
        TaskReport report, string sentTo, EnqueueRequest message, CancellationToken cancellationToken = default) =>
        Entity.TellAsync(report, sentTo, message, cancellationToken);

    public ValueTask<(Moved Moved, TaskRecord? Record)> CancelAsync(
        string? by, string? reason, EnqueueRequest? message, CancellationToken cancellationToken = default) =>
        Entity.CancelAsync(by, reason, message, cancellationToken);

    public ValueTask<TaskRecord?> DescribeAsync(TimeSpan wait, CancellationToken cancellationToken = default) =>
        Entity.DescribeAsync(wait, cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        Entity.AcceptAsync(delivery, cancellationToken);
}
