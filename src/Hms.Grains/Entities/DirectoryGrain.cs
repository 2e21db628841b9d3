using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>One part of the directory as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.directory")]
internal sealed class DirectoryGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<DirectoryEntity>(context, silo, EntityKind.Directory, silo.Make.Directory), IDirectoryGrain
{
    public ValueTask<RegistrationResult> RegisterAsync(string id, Registration registration, CancellationToken cancellationToken = default) =>
        Entity.RegisterAsync(id, registration, cancellationToken);

    public ValueTask<Moved> RegisterAsync(
        EnqueueRequest message, Registration registration, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken = default) =>
        Entity.RegisterAsync(message, registration, answer, cancellationToken);

    public ValueTask DeregisterAsync(string id, CancellationToken cancellationToken = default) =>
        Entity.DeregisterAsync(id, cancellationToken);

    public ValueTask<Moved> DeregisterAsync(EnqueueRequest message, CancellationToken cancellationToken = default) =>
        Entity.DeregisterAsync(message, cancellationToken);

    public ValueTask<SupervisorRecord> HeartbeatAsync(string id, Heartbeat heartbeat, CancellationToken cancellationToken = default) =>
        Entity.HeartbeatAsync(id, heartbeat, cancellationToken);

    public ValueTask<SupervisorRecord> ConfigureAsync(
        string id, long? heartbeatIntervalMs, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        Entity.ConfigureAsync(id, heartbeatIntervalMs, message, cancellationToken);

    public ValueTask<IReadOnlyList<SessionView>> ViewSessionsAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        Entity.ViewSessionsAsync(ids, cancellationToken);

    public ValueTask<AbleSupervisor?> FindAbleAsync(
        Traits traits, IReadOnlyCollection<string> except, CancellationToken cancellationToken = default) =>
        Entity.FindAbleAsync(traits, except, cancellationToken);

    public ValueTask<SupervisorRecord> GetAsync(string id, CancellationToken cancellationToken = default) =>
        Entity.GetAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<SupervisorRecord>> ListAsync(SupervisorQuery query, CancellationToken cancellationToken = default) =>
        Entity.ListAsync(query, cancellationToken);

    public ValueTask<int> CountAsync(CancellationToken cancellationToken = default) =>
        Entity.CountAsync(cancellationToken);
}
