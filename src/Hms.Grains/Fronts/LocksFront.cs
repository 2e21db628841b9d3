using Orleans.Concurrency;

namespace Hms.Grains.Fronts;

/// <summary>The locks for clients of the cluster, on the silo that they are connected to.</summary>
[Reentrant]
[StatelessWorker(1)]
[GrainType("hms.locks-front")]
internal sealed class LocksFront(SiloEngine silo) : Grain, ILocksFront
{
    public ValueTask<LockAnswer> AcquireAsync(string name, LockBid bid, TimeSpan wait = default, CancellationToken cancellationToken = default) =>
        silo.Fabric.Locks.AcquireAsync(name, bid, wait, cancellationToken);

    public ValueTask<LockAnswer> RenewAsync(
        string name, string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default) =>
        silo.Fabric.Locks.RenewAsync(name, owner, fencingToken, lease, cancellationToken);

    public ValueTask ReleaseAsync(
        string name, string owner, long fencingToken, DateTimeOffset? unlessRenewed = null, CancellationToken cancellationToken = default) =>
        silo.Fabric.Locks.ReleaseAsync(name, owner, fencingToken, unlessRenewed, cancellationToken);

    public ValueTask<bool> CheckAsync(string name, long fencingToken, CancellationToken cancellationToken = default) =>
        silo.Fabric.Locks.CheckAsync(name, fencingToken, cancellationToken);

    public ValueTask<LockRecord> GetAsync(string name, CancellationToken cancellationToken = default) =>
        silo.Fabric.Locks.GetAsync(name, cancellationToken);
}
