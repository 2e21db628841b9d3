using Hms.Protocol.Coordination;

namespace Hms.Abstractions;

/// <summary>
/// Locks with a lease and a fencing token (section 3.3). First come, first served. A holder that is a registered supervisor loses its locks
/// when its session ends.
/// </summary>
public interface ILocks
{
    /// <summary>
    /// Asks for a lock, and waits for it up to <paramref name="wait"/> (60 s at most) in the queue. The holder asking again, as the same
    /// instance, renews its lease under the same token. Who cancels leaves the queue; what was granted to it meanwhile is released.
    /// </summary>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.Conflict"/> where the owner's session has ended;
    /// <see cref="Protocol.ErrorCode.RateLimited"/> where too many wait.</exception>
    ValueTask<LockAnswer> AcquireAsync(string name, LockBid bid, TimeSpan wait = default, CancellationToken cancellationToken = default);

    /// <summary>Holds the lock for another lease (1 ms to 24 h) from now.</summary>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.Conflict"/>, with the record, where owner or token is not the current one;
    /// <see cref="Protocol.ErrorCode.DestinationNotFound"/> where nobody ever asked for the lock.</exception>
    ValueTask<LockAnswer> RenewAsync(
        string name, string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Gives the lock back. Faults as <see cref="RenewAsync"/>.</summary>
    /// <param name="name">The lock.</param>
    /// <param name="owner">Who holds it.</param>
    /// <param name="fencingToken">Its token.</param>
    /// <param name="unlessRenewed">When the lease was to end: where it ends at another time by now, because its holder has asked again, the lock
    /// is not given back. Null where that does not matter.</param>
    /// <param name="cancellationToken">Stops the waiting, not the release.</param>
    ValueTask ReleaseAsync(
        string name, string owner, long fencingToken, DateTimeOffset? unlessRenewed = null, CancellationToken cancellationToken = default);

    /// <summary>Whether a token is that of the current holder: for the resource that the lock guards.</summary>
    ValueTask<bool> CheckAsync(string name, long fencingToken, CancellationToken cancellationToken = default);

    /// <summary>How a lock stands.</summary>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.DestinationNotFound"/> where nobody ever asked for it.</exception>
    ValueTask<LockRecord> GetAsync(string name, CancellationToken cancellationToken = default);
}
