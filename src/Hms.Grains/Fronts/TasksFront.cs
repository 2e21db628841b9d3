using Orleans.Concurrency;

namespace Hms.Grains.Fronts;

/// <summary>The tasks for clients of the cluster, on the silo that they are connected to.</summary>
[Reentrant]
[StatelessWorker(1)]
[GrainType("hms.tasks-front")]
internal sealed class TasksFront(SiloEngine silo) : Grain, ITasksFront
{
    public ValueTask<TaskCreation> CreateAsync(TaskOrder order, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        silo.Fabric.Tasks.CreateAsync(order, idempotencyKey, cancellationToken);

    public ValueTask<TaskRecord> GetAsync(string taskId, TimeSpan wait = default, CancellationToken cancellationToken = default) =>
        silo.Fabric.Tasks.GetAsync(taskId, wait, cancellationToken);

    public ValueTask<Page<TaskRecord>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default) =>
        silo.Fabric.Tasks.ListAsync(query, cancellationToken);

    public ValueTask<TaskRecord> CancelAsync(
        string taskId, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        silo.Fabric.Tasks.CancelAsync(taskId, by, reason, cancellationToken);
}
