using Hms.Abstractions;
using Hms.Domain.Directory;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Entities;

/// <summary>One part of the directory in its host.</summary>
public sealed class DirectoryEntity : IDirectoryPort, IWakeable
{
    private readonly EntityHost<DirectoryState, DirectoryCommand, DirectoryReply> _host;
    private readonly Func<Guid> _newId;

    /// <summary>The part of that number.</summary>
    public DirectoryEntity(string partition, EntityServices services, DirectoryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(services);
        _newId = services.NewId;
        _host = new(
            new EntityKey(EntityKind.Directory, partition),
            services,
            () => new DirectoryState(limits),
            DirectoryMachine.Decide,
            new DirectoryCommand.Wake());
    }

    /// <inheritdoc/>
    public async ValueTask<RegistrationResult> RegisterAsync(
        string id, Registration registration, CancellationToken cancellationToken = default)
    {
        var command = new DirectoryCommand.Register(id, registration, _newId().ToString("N"));
        var reply = (DirectoryReply.Registered)await _host.DecideAndSettleAsync(command, cancellationToken);
        return new RegistrationResult(reply.Created, Record(reply.Supervisor));
    }

    /// <inheritdoc/>
    public async ValueTask<Moved> RegisterAsync(
        EnqueueRequest message, Registration registration, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var command = new DirectoryCommand.Register(message.Source, registration, _newId().ToString("N"), answer) { By = Stamps.Of(message) };
        return MovedBy(await _host.DecideAndSettleAsync(command, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask DeregisterAsync(string id, CancellationToken cancellationToken = default) =>
        await _host.DecideAndSettleAsync(new DirectoryCommand.Deregister(id), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Moved> DeregisterAsync(EnqueueRequest message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var command = new DirectoryCommand.Deregister(message.Source) { By = Stamps.Of(message) };
        return MovedBy(await _host.DecideAndSettleAsync(command, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<SupervisorRecord> HeartbeatAsync(
        string id, Heartbeat heartbeat, CancellationToken cancellationToken = default) =>
        await _host.DecideAsync(new DirectoryCommand.Beat(id, heartbeat), cancellationToken) switch
        {
            DirectoryReply.Over over => throw new FaultException(new Fault(
                ErrorCode.Conflict, $"the session of {id} has ended: it must register again")
            {
                Record = JsonText.Write(Record(over.Supervisor).WriteTo),
            }),
            var reply => Record(((DirectoryReply.Found)reply).Supervisor),
        };

    /// <inheritdoc/>
    public async ValueTask<SupervisorRecord> ConfigureAsync(
        string id, long? heartbeatIntervalMs, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        var command = new DirectoryCommand.Configure(id, heartbeatIntervalMs, message);
        return Record(((DirectoryReply.Found)await _host.DecideAsync(command, cancellationToken)).Supervisor);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SessionView>> ViewSessionsAsync(
        IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        ((DirectoryReply.Sessions)await _host.DecideAsync(new DirectoryCommand.ViewSessions(ids), cancellationToken)).Views;

    /// <inheritdoc/>
    public async ValueTask<AbleSupervisor?> FindAbleAsync(
        Traits traits, IReadOnlyCollection<string> except, CancellationToken cancellationToken = default) =>
        await _host.DecideAsync(new DirectoryCommand.FindAble(traits, except), cancellationToken) is DirectoryReply.Found { Supervisor: var found }
            ? new AbleSupervisor(new SessionView(found.Id, found.SessionNumber, IsAlive: true), found.LastHeartbeat?.Load ?? 0)
            : null;

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

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();

    private static Moved MovedBy(DirectoryReply reply) =>
        reply is DirectoryReply.Repeated { FirstId: var first } ? new Moved(true, true, first) : Moved.Now;

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
