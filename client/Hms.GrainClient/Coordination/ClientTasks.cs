namespace Hms.GrainClient.Coordination;

/// <summary>The tasks through a silo. Who waits for the end of one goes on at another silo where the first is lost.</summary>
internal sealed class ClientTasks(ITasksFront front, TimeProvider time) : ITasks
{
    public ValueTask<TaskCreation> CreateAsync(TaskOrder order, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        front.CreateAsync(order, idempotencyKey, cancellationToken);

    public async ValueTask<TaskRecord> GetAsync(string taskId, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        if (wait <= TimeSpan.Zero)
        {
            return await front.GetAsync(taskId, wait, cancellationToken);
        }

        return await LongWait.UntilAsync(
            time,
            wait,
            async (left, _) => await front.GetAsync(taskId, left, cancellationToken),
            static record => record.Phase.IsFinal(),
            isRepeatable: true,
            cancellationToken);
    }

    public ValueTask<Page<TaskRecord>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default) =>
        front.ListAsync(query, cancellationToken);

    public ValueTask<TaskRecord> CancelAsync(
        string taskId, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        front.CancelAsync(taskId, by, reason, cancellationToken);
}
