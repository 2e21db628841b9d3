using Hms.Abstractions;
using Hms.Fabric.Entities;
using Hms.Protocol.Coordination;

namespace Hms.Standalone;

/// <summary>A lock by its name; finds the object anew for each call, as <see cref="MailboxHandle"/> does.</summary>
internal sealed class LockHandle(Residents<LockEntity> locks, string name) : ILockPort
{
    public ValueTask<LockStanding> AcquireAsync(
        LockBid bid, LockTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        using var use = locks.Use(name);
        return use.Entity.AcquireAsync(bid, ticket, wait, cancellationToken);
    }

    public ValueTask LeaveAsync(ulong ticket, CancellationToken cancellationToken = default)
    {
        using var use = locks.Use(name);
        return use.Entity.LeaveAsync(ticket, cancellationToken);
    }

    public ValueTask<LockAnswer> RenewAsync(
        string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        using var use = locks.Use(name);
        return use.Entity.RenewAsync(owner, fencingToken, lease, cancellationToken);
    }

    public ValueTask ReleaseAsync(
        string owner, long fencingToken, DateTimeOffset? unlessRenewed, CancellationToken cancellationToken = default)
    {
        using var use = locks.Use(name);
        return use.Entity.ReleaseAsync(owner, fencingToken, unlessRenewed, cancellationToken);
    }

    public ValueTask<bool> CheckAsync(long fencingToken, CancellationToken cancellationToken = default)
    {
        using var use = locks.Use(name);
        return use.Entity.CheckAsync(fencingToken, cancellationToken);
    }

    public ValueTask<LockRecord> DescribeAsync(CancellationToken cancellationToken = default)
    {
        using var use = locks.Use(name);
        return use.Entity.DescribeAsync(cancellationToken);
    }

    public ValueTask<(Moved Moved, ReadOnlyMemory<byte> Answer)> RequestAsync(
        LockRequest request, EnqueueRequest message, bool isAsked, CancellationToken cancellationToken = default)
    {
        using var use = locks.Use(name);
        return use.Entity.RequestAsync(request, message, isAsked, cancellationToken);
    }

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        using var use = locks.Use(name);
        return use.Entity.AcceptAsync(delivery, cancellationToken);
    }
}
