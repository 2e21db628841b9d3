using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.TaskIndex;
using Hms.Domain.Tasks;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Entities;

/// <summary>One part of the list of tasks in its host.</summary>
public sealed class TaskIndexEntity : ITaskIndexPort, IWakeable
{
    private readonly EntityHost<TaskIndexState, TaskIndexCommand, TaskIndexReply> _host;

    /// <summary>The part of that number.</summary>
    public TaskIndexEntity(string partition, EntityServices services, TaskLimits limits) => _host = new(
        new EntityKey(EntityKind.TaskIndex, partition),
        services,
        () => new TaskIndexState(limits),
        TaskIndexMachine.Decide,
        new TaskIndexCommand.Wake());

    /// <inheritdoc/>
    public async ValueTask AdmitAsync(string task, CancellationToken cancellationToken = default) =>
        await _host.DecideAsync(new TaskIndexCommand.Admit(task), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var command = new TaskIndexCommand.List(query.After, query.Limit, query.Assignee, query.Phase);
        return ((TaskIndexReply.Listed)await _host.DecideAsync(command, cancellationToken)).Tasks;
    }

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var said = OutboxMessage.Decode(delivery.Payload) as OutboxMessage.IndexTask
            ?? throw new InvalidOperationException("the list of tasks takes nothing but where tasks stand");
        var command = new TaskIndexCommand.Note(said.Task, said.Assignee, (TaskPhase)said.Phase, said.Revision, said.EndedAtMs);
        await _host.DecideAsync(command, cancellationToken);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();
}
