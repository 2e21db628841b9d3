using Hms.Abstractions;
using Hms.Fabric.Entities;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Coordination;

/// <summary>The locks as callers see them: a long wait is a ticket that is renewed in short calls.</summary>
internal sealed class LockService(IEntities entities, FabricClock clock, Func<Guid> newId) : ILocks
{
    private const long LeaseMaxMs = 86_400_000;
    private const int InstanceMax = 256;

    public async ValueTask<LockAnswer> AcquireAsync(
        string name, LockBid bid, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bid);
        Refusals.RequireName(name, "/name");
        Refusals.RequireName(bid.Owner, "/owner");
        Refusals.RequireRange(bid.LeaseMs, 1, LeaseMaxMs, "/lease_ms");
        Refusals.RequireRange(bid.LockDelayMs, 0, LeaseMaxMs, "/lock_delay_ms");
        Refusals.RequireRange(bid.Instance?.Length ?? 1, 1, InstanceMax, "/instance");
        var port = entities.Lock(name);
        return wait <= TimeSpan.Zero
            ? (await port.AcquireAsync(bid, default, TimeSpan.Zero, cancellationToken)).Answer
            : await WaitAsync(port, bid, wait < Ranges.WaitMax ? wait : Ranges.WaitMax, cancellationToken);
    }

    public async ValueTask<LockAnswer> RenewAsync(
        string name, string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        Refusals.RequireRange((long)lease.TotalMilliseconds, 1, LeaseMaxMs, "/lease_ms");
        return await entities.Lock(name).RenewAsync(owner, fencingToken, lease, cancellationToken);
    }

    public ValueTask ReleaseAsync(
        string name, string owner, long fencingToken, DateTimeOffset? unlessRenewed = null, CancellationToken cancellationToken = default) =>
        entities.Lock(name).ReleaseAsync(owner, fencingToken, unlessRenewed, cancellationToken);

    public ValueTask<bool> CheckAsync(string name, long fencingToken, CancellationToken cancellationToken = default) =>
        entities.Lock(name).CheckAsync(fencingToken, cancellationToken);

    public ValueTask<LockRecord> GetAsync(string name, CancellationToken cancellationToken = default) =>
        entities.Lock(name).DescribeAsync(cancellationToken);

    private async ValueTask<LockAnswer> WaitAsync(ILockPort port, LockBid bid, TimeSpan wait, CancellationToken cancellationToken)
    {
        var ticket = new LockTicket(NewTicket(), Since: 0, Session: 0);
        var isGranted = false;
        try
        {
            var standing = await Waiting.UntilAsync(
                clock,
                wait,
                async left =>
                {
                    var seen = await port.AcquireAsync(bid, ticket, left, cancellationToken);
                    ticket = ticket with { Since = seen.Since, Session = seen.Session };
                    return seen;
                },
                static seen => seen.Answer.Granted);
            isGranted = standing.Answer.Granted;
            if (isGranted && cancellationToken.IsCancellationRequested)
            {
                await GiveBackAsync(port, bid.Owner, standing.Answer);
            }

            cancellationToken.ThrowIfCancellationRequested();
            return standing.Answer;
        }
        finally
        {
            if (!isGranted)
            {
                await LeaveAsync(port, ticket.Number);
            }
        }
    }

    /// <summary>Nobody is there any more to whom it was granted.</summary>
    private static async ValueTask GiveBackAsync(ILockPort port, string owner, LockAnswer granted)
    {
        if (!granted.Renewed)
        {
            try
            {
                await port.ReleaseAsync(owner, granted.FencingToken, unlessRenewed: granted.ExpiresAt);
            }
            catch (FaultException)
            {
                // Its lease ends by itself.
            }
        }
    }

    private static async ValueTask LeaveAsync(ILockPort port, ulong ticket)
    {
        try
        {
            await port.LeaveAsync(ticket);
        }
        catch (FaultException)
        {
            // An unrenewed ticket leaves the queue by itself.
        }
    }

    // The lowest numbers are signals of another meaning.
    private ulong NewTicket() => BitConverter.ToUInt64(newId().ToByteArray(), sizeof(ulong)) | (1UL << 63);
}
