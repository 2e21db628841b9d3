using Orleans.Concurrency;

namespace Hms.Grains.Fronts;

/// <summary>The supervisors for clients of the cluster, on the silo that they are connected to.</summary>
[Reentrant]
[StatelessWorker(1)]
[GrainType("hms.supervisors-front")]
internal sealed class SupervisorsFront(SiloEngine silo) : Grain, ISupervisorsFront
{
    public ValueTask<RegistrationResult> RegisterAsync(string id, Registration registration, CancellationToken cancellationToken = default) =>
        silo.Fabric.Supervisors.RegisterAsync(id, registration, cancellationToken);

    public ValueTask<SupervisorRecord> GetAsync(string id, CancellationToken cancellationToken = default) =>
        silo.Fabric.Supervisors.GetAsync(id, cancellationToken);

    public ValueTask<Page<SupervisorRecord>> ListAsync(SupervisorQuery query, CancellationToken cancellationToken = default) =>
        silo.Fabric.Supervisors.ListAsync(query, cancellationToken);

    public ValueTask DeregisterAsync(string id, CancellationToken cancellationToken = default) =>
        silo.Fabric.Supervisors.DeregisterAsync(id, cancellationToken);

    public ValueTask<SupervisorRecord> HeartbeatAsync(string id, Heartbeat heartbeat, CancellationToken cancellationToken = default) =>
        silo.Fabric.Supervisors.HeartbeatAsync(id, heartbeat, cancellationToken);

    public ValueTask<SupervisorRecord> ConfigureAsync(string id, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken = default) =>
        silo.Fabric.Supervisors.ConfigureAsync(id, configuration, cancellationToken);
}
