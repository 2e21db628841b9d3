using Orleans.Concurrency;

namespace Hms.Grains.Fronts;

/// <summary>The barriers for clients of the cluster, on the silo that they are connected to.</summary>
[Reentrant]
[StatelessWorker(1)]
[GrainType("hms.barriers-front")]
internal sealed class BarriersFront(SiloEngine silo) : Grain, IBarriersFront
{
    public ValueTask<BarrierCreation> CreateAsync(BarrierCall call, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        silo.Fabric.Barriers.CreateAsync(call, idempotencyKey, cancellationToken);

    public ValueTask<BarrierRecord> ArriveAsync(
        string barrierId, string participant, bool ready, long? generation = null, CancellationToken cancellationToken = default) =>
        silo.Fabric.Barriers.ArriveAsync(barrierId, participant, ready, generation, cancellationToken);

    public ValueTask<BarrierRecord> GetAsync(string barrierId, TimeSpan wait = default, CancellationToken cancellationToken = default) =>
        silo.Fabric.Barriers.GetAsync(barrierId, wait, cancellationToken);
}
