using Hms.Protocol.Coordination;

namespace Hms.Grains;

/// <summary>
/// One lock from another silo, or from this one. What would grant it is not asked for those who have gone: the others would wait for its lease.
/// </summary>
internal sealed class LockProxy(ILockGrain grain, Deaths deaths) : ILockPort
{
    public ValueTask<LockStanding> AcquireAsync(LockBid bid, LockTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default) =>
        deaths.AskAsync(() => grain.AcquireAsync(bid, ticket, wait, cancellationToken), cancellationToken);

    public ValueTask<(Moved Moved, ReadOnlyMemory<byte> Answer)> RequestAsync(
        LockRequest request, EnqueueRequest message, bool isAsked, CancellationToken cancellationToken = default) =>
        deaths.AskAsync(() => grain.RequestAsync(request, message, isAsked, cancellationToken), cancellationToken);

    public ValueTask LeaveAsync(ulong ticket, CancellationToken cancellationToken = default) => grain.LeaveAsync(ticket, cancellationToken);

    public ValueTask<LockAnswer> RenewAsync(string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default) =>
        grain.RenewAsync(owner, fencingToken, lease, cancellationToken);

    public ValueTask ReleaseAsync(string owner, long fencingToken, DateTimeOffset? unlessRenewed, CancellationToken cancellationToken = default) =>
        grain.ReleaseAsync(owner, fencingToken, unlessRenewed, cancellationToken);

    public ValueTask<bool> CheckAsync(long fencingToken, CancellationToken cancellationToken = default) => grain.CheckAsync(fencingToken, cancellationToken);

    public ValueTask<LockRecord> DescribeAsync(CancellationToken cancellationToken = default) => grain.DescribeAsync(cancellationToken);

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) => grain.AcceptAsync(delivery, cancellationToken);
}
