namespace Hms.GrainClient.Coordination;

/// <summary>
/// The locks through a silo. A wait for one is a single call, and is not repeated where its silo is lost: who waits then has left the queue, or holds
/// the lock without knowing it, and decides itself what to do. Where it asks again as the same instance, it gets what was granted to it.
/// </summary>
internal sealed class ClientLocks(ILocksFront front) : ILocks
{
    public async ValueTask<LockAnswer> AcquireAsync(string name, LockBid bid, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        var answer = await front.AcquireAsync(name, bid, wait, cancellationToken);
        if (cancellationToken.IsCancellationRequested)
        {
            await GiveBackAsync(name, bid.Owner, answer);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return answer;
    }

    public ValueTask<LockAnswer> RenewAsync(
        string name, string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default) =>
        front.RenewAsync(name, owner, fencingToken, lease, cancellationToken);

    public ValueTask ReleaseAsync(
        string name, string owner, long fencingToken, DateTimeOffset? unlessRenewed = null, CancellationToken cancellationToken = default) =>
        front.ReleaseAsync(name, owner, fencingToken, unlessRenewed, cancellationToken);

    public ValueTask<bool> CheckAsync(string name, long fencingToken, CancellationToken cancellationToken = default) =>
        front.CheckAsync(name, fencingToken, cancellationToken);

    public ValueTask<LockRecord> GetAsync(string name, CancellationToken cancellationToken = default) => front.GetAsync(name, cancellationToken);

    /// <summary>It was granted on the way to somebody who does not want it any more.</summary>
    private async ValueTask GiveBackAsync(string name, string owner, LockAnswer answer)
    {
        if (answer is not { Granted: true, Renewed: false })
        {
            return;
        }

        try
        {
            await front.ReleaseAsync(name, owner, answer.FencingToken, unlessRenewed: answer.ExpiresAt);
        }
        catch (FaultException)
        {
            // Its lease ends by itself.
        }
    }
}
