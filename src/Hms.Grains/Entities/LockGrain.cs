using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>One lock as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.lock")]
internal sealed class LockGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<LockEntity>(context, silo, EntityKind.Lock, silo.Make.Lock), ILockGrain
{
    public ValueTask<LockStanding> AcquireAsync(
        LockBid bid, LockTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        Silo.Deaths.ThrowIfAskedBefore();
        return Entity.AcquireAsync(bid, ticket, wait, cancellationToken);
    }

    public ValueTask LeaveAsync(ulong ticket, CancellationToken cancellationToken = default) =>
        Entity.LeaveAsync(ticket, cancellationToken);

    public ValueTask<LockAnswer> RenewAsync(
        string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default) =>
        Entity.RenewAsync(owner, fencingToken, lease, cancellationToken);

    public ValueTask ReleaseAsync(
        string owner, long fencingToken, DateTimeOffset? unlessRenewed, CancellationToken cancellationToken = default) =>
        Entity.ReleaseAsync(owner, fencingToken, unlessRenewed, cancellationToken);

    public ValueTask<bool> CheckAsync(long fencingToken, CancellationToken cancellationToken = default) =>
        Entity.CheckAsync(fencingToken, cancellationToken);

    public ValueTask<LockRecord> DescribeAsync(CancellationToken cancellationToken = default) =>
        Entity.DescribeAsync(cancellationToken);

    public ValueTask<(Moved Moved, ReadOnlyMemory<byte> Answer)> RequestAsync(
        LockRequest request, EnqueueRequest message, bool isAsked, CancellationToken cancellationToken = default)
    {
        Silo.Deaths.ThrowIfAskedBefore();
        return Entity.RequestAsync(request, message, isAsked, cancellationToken);
    }

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        Entity.AcceptAsync(delivery, cancellationToken);
}
