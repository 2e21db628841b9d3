using Hms.Abstractions;
using Hms.Domain.Directory;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Entities;

/// <summary>One part of the directory in its host.</summary>
public sealed class DirectoryEntity : IDirectoryPort
{
    private readonly EntityHost<DirectoryState, DirectoryCommand, DirectoryReply> _host;

    /// <summary>The part of that number.</summary>
    public DirectoryEntity(string partition, EntityServices services, DirectoryLimits limits) =>
        _host = new(
            new EntityKey(EntityKind.Directory, partition),
            services,
            () => new DirectoryState(limits),
            DirectoryMachine.Decide,
            new DirectoryCommand.Wake());

    /// <summary>The part to which a supervisor belongs. Stored rows depend on it: it must never change.</summary>
    public static int PartitionOf(string supervisor)
    {
        ArgumentNullException.ThrowIfNull(supervisor);

        // FNV-1a, 32 bit: spreads names that differ in one digit, and is the same in every process.
        var hash = 2_166_136_261u;
        foreach (var character in supervisor)
        {
            hash = (hash ^ character) * 16_777_619u;
        }

        return (int)(hash % DirectoryLimits.Partitions);
    }

    /// <inheritdoc/>
    public async ValueTask<RegistrationResult> RegisterAsync(
        string id, Registration registration, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken = default)
    {
        var command = new DirectoryCommand.Register(id, registration, Guid.CreateVersion7().ToString("N"), answer);
        var reply = (DirectoryReply.Registered)await _host.DecideAndSettleAsync(command, cancellationToken);
        return new RegistrationResult(reply.Created, Record(reply.Supervisor));
    }

    /// <inheritdoc/>
    public async ValueTask DeregisterAsync(string id, CancellationToken cancellationToken = default) =>
        await _host.DecideAndSettleAsync(new DirectoryCommand.Deregister(id), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<SupervisorRecord> HeartbeatAsync(
        string id, Heartbeat heartbeat, CancellationToken cancellationToken = default) =>
        Record(((DirectoryReply.Found)await _host.DecideAsync(new DirectoryCommand.Beat(id, heartbeat), cancellationToken)).Supervisor);

    /// <inheritdoc/>
    public async ValueTask<SupervisorRecord> GetAsync(string id, CancellationToken cancellationToken = default) =>
        Record(((DirectoryReply.Found)await _host.DecideAsync(new DirectoryCommand.Get(id), cancellationToken)).Supervisor);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SupervisorRecord>> ListAsync(
        SupervisorQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var command = new DirectoryCommand.List(query.After, query.Limit, query.Liveness, query.Role);
        var listed = (DirectoryReply.Listed)await _host.DecideAsync(command, cancellationToken);
        return [.. listed.Supervisors.Select(Record)];
    }

    /// <inheritdoc/>
    public async ValueTask<int> CountAsync(CancellationToken cancellationToken = default) =>
        ((DirectoryReply.Counted)await _host.DecideAsync(new DirectoryCommand.Count(), cancellationToken)).Supervisors;

    /// <summary>Says that something may be due.</summary>
    public Task WakeAsync() => _host.WakeAsync();

    private static SupervisorRecord Record(RegisteredSupervisor supervisor) => new()
    {
        Id = supervisor.Id,
        Registration = supervisor.Registration,
        Liveness = supervisor.Liveness,
        Session = supervisor.Session,
        RegisteredAt = supervisor.RegisteredAt,
        LastSeen = supervisor.LastSeen,
        LastHeartbeat = supervisor.LastHeartbeat,
    };
}
