using Hms.Protocol.Coordination;

namespace Hms.Abstractions;

/// <summary>What came of a message that moves a task, a lock or a barrier.</summary>
/// <param name="IsKnown">Whether there is such a one; where not, the message is an ordinary one.</param>
/// <param name="Duplicate">Whether it had its effect before.</param>
/// <param name="FirstId">The id of the first message under the same idempotency key; null where it has none.</param>
public readonly record struct Moved(bool IsKnown, bool Duplicate, string? FirstId)
{
    /// <summary>There is no such task, lock or barrier.</summary>
    public static Moved Unknown { get; }

    /// <summary>It had its effect.</summary>
    public static Moved Now { get; } = new(true, false, null);
}

/// <summary>What waits for the end of one supervisor's session.</summary>
public interface ISessionPort : IOutboxPort;

/// <summary>One lock.</summary>
public interface ILockPort : IOutboxPort
{
    /// <summary>Asks for it, and waits a while; who goes on waiting asks again under the same ticket, within 10 s.</summary>
    ValueTask<LockStanding> AcquireAsync(LockBid bid, LockTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Waits no longer, and gives back what was granted and not fetched.</summary>
    ValueTask LeaveAsync(ulong ticket, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ILocks.RenewAsync"/>.</summary>
    ValueTask<LockAnswer> RenewAsync(string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ILocks.ReleaseAsync"/>.</summary>
    ValueTask ReleaseAsync(
        string owner, long fencingToken, DateTimeOffset? unlessRenewed, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ILocks.CheckAsync"/>.</summary>
    ValueTask<bool> CheckAsync(long fencingToken, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ILocks.GetAsync"/>.</summary>
    ValueTask<LockRecord> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>Does what a <c>lock_request</c> asks; its answer goes into the mailbox of its source.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="message">The message.</param>
    /// <param name="isAsked">Whether who asks waits for the answer itself: one that is there at once is returned, and goes into no mailbox.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>What came of it, and the answer; empty where that goes into the mailbox.</returns>
    ValueTask<(Moved Moved, ReadOnlyMemory<byte> Answer)> RequestAsync(
        LockRequest request, EnqueueRequest message, bool isAsked, CancellationToken cancellationToken = default);
}

/// <summary>Under which a caller waits.</summary>
/// <param name="Number">Unique; 0 for one that does not wait.</param>
/// <param name="Since">When it began to, as <see cref="LockStanding"/> said; 0 the first time.</param>
/// <param name="Session">The session in which it waits, as <see cref="LockStanding"/> said; 0 the first time, and where it has none.</param>
public readonly record struct LockTicket(ulong Number, long Since, long Session);

/// <summary>How one who asks for a lock stands.</summary>
/// <param name="Answer">Granted or not.</param>
/// <param name="Since">When it began to wait; 0 where it does not.</param>
/// <param name="Session">The number of the owner's session; 0 where it has none.</param>
public readonly record struct LockStanding(LockAnswer Answer, long Since, long Session);

/// <summary>One barrier.</summary>
public interface IBarrierPort : IOutboxPort
{
    /// <summary>As <see cref="IBarriers.CreateAsync"/>; by a message, where one is given.</summary>
    ValueTask<(Moved Moved, BarrierRecord? Record, bool Created)> CreateAsync(
        BarrierCall call, string? idempotencyKey, EnqueueRequest? message, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="IBarriers.ArriveAsync"/>.</summary>
    ValueTask<BarrierRecord> ArriveAsync(string participant, bool ready, long? generation, CancellationToken cancellationToken = default);

    /// <summary>Takes a <c>barrier_response</c>, and passes it on to the supervisor that it was sent to; <c>""</c> where that is the fabric.</summary>
    ValueTask<Moved> RespondAsync(
        bool ready, long? generation, string sentTo, EnqueueRequest message, CancellationToken cancellationToken = default);

    /// <summary>How it stands, once it has ended or the wait is over.</summary>
    ValueTask<BarrierRecord> DescribeAsync(TimeSpan wait, CancellationToken cancellationToken = default);
}

/// <summary>One task.</summary>
public interface ITaskPort : IOutboxPort
{
    /// <summary>As <see cref="ITasks.CreateAsync"/>; by a message, where one is given.</summary>
    /// <param name="order">What is to be done.</param>
    /// <param name="dependencies">Where each dependency stands, in their order.</param>
    /// <param name="message">The <c>task_assignment</c>; null where there is none.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    ValueTask<(Moved Moved, TaskRecord? Record, bool Created)> CreateAsync(
        TaskOrder order, IReadOnlyList<TaskPhase> dependencies, EnqueueRequest? message, CancellationToken cancellationToken = default);

    /// <summary>Takes what the assignee says, and passes it on to the assigner and to the supervisor that it was sent to; <c>""</c> where that is the fabric.</summary>
    ValueTask<Moved> TellAsync(TaskReport report, string sentTo, EnqueueRequest message, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ITasks.CancelAsync"/>; by a message, where one is given.</summary>
    ValueTask<(Moved Moved, TaskRecord? Record)> CancelAsync(
        string? by, string? reason, EnqueueRequest? message, CancellationToken cancellationToken = default);

    /// <summary>How it stands, once it has ended or the wait is over; null where there is no such task.</summary>
    ValueTask<TaskRecord?> DescribeAsync(TimeSpan wait, CancellationToken cancellationToken = default);
}

/// <summary>One part of the list of tasks.</summary>
public interface ITaskIndexPort : IOutboxPort
{
    /// <summary>Says whether there is room for a further task; a fault where there is not.</summary>
    ValueTask AdmitAsync(string task, CancellationToken cancellationToken = default);

    /// <summary>Names of tasks in this part.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default);
}

/// <summary>One part of what is known of idempotency keys.</summary>
public interface IKeysPort
{
    /// <summary>Says that a key stands for a name, and returns the name that it stands for: the one with which it came first.</summary>
    ValueTask<string> ClaimAsync(string scope, string key, string name, ulong bodyHash, CancellationToken cancellationToken = default);
}
