using Hms.Domain.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Locks;

/// <summary>What can be asked of a lock.</summary>
public abstract record LockCommand
{
    private LockCommand()
    {
    }

    /// <summary>What the directory said, a moment ago, of the session of who waits first; null where nobody asked it.</summary>
    public SessionView? Head { get; init; }

    /// <summary>What it said of the holder's session; null where nobody asked it.</summary>
    public SessionView? Holder { get; init; }

    /// <summary>Asks for the lock; asks again while it waits.</summary>
    /// <param name="Bid">Who wants it, and how.</param>
    /// <param name="Session">The number of the owner's session, which goes on; 0 where it has none.</param>
    public sealed record Acquire(LockBid Bid, long Session) : LockCommand
    {
        /// <summary>The number of the ticket of a caller that waits; 0 where it does not.</summary>
        public ulong Ticket { get; init; }

        /// <summary>When the caller began to wait, in ticks: its place in the queue, should the queue have forgotten it. 0 the first time.</summary>
        public long Since { get; init; }

        /// <summary>Set where it is asked for by message.</summary>
        public LockMessage? By { get; init; }

        /// <summary>How long the message waits, in milliseconds.</summary>
        public long WaitMs { get; init; }
    }

    /// <summary>Holds it for another lease.</summary>
    public sealed record Renew(string Owner, long Token, long LeaseMs) : LockCommand
    {
        /// <summary>Set where it is asked for by message.</summary>
        public LockMessage? By { get; init; }
    }

    /// <summary>Gives it back.</summary>
    public sealed record Release(string Owner, long Token) : LockCommand
    {
        /// <summary>When the lease was to end, in Unix milliseconds, where it is given back only if nobody has renewed it; else null.</summary>
        public long? UnlessRenewed { get; init; }

        /// <summary>Set where it is asked for by message.</summary>
        public LockMessage? By { get; init; }
    }

    /// <summary>A caller that waits has gone: it leaves the queue, or gives back what it was granted and did not fetch.</summary>
    public sealed record Leave(ulong Ticket) : LockCommand;

    /// <summary>Asks whether a token is that of the holder.</summary>
    public sealed record Check(long Token) : LockCommand;

    /// <summary>Asks how it stands.</summary>
    public sealed record Describe : LockCommand;

    /// <summary>A supervisor's sessions up to a number have ended.</summary>
    public sealed record EndSession(string Supervisor, long UpTo) : LockCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : LockCommand;
}

/// <summary>The <c>lock_request</c> that asks.</summary>
/// <param name="Stamp">What tells whether it was there before.</param>
/// <param name="CorrelationId">What its answer carries.</param>
/// <param name="Answers">What the answer is known by to whoever waits for it.</param>
/// <param name="Priority">Its priority, and its answer's.</param>
/// <param name="IsAsked">Whether who asks waits for the answer itself, so that one which is there at once need not go through its mailbox.</param>
public sealed record LockMessage(Stamp Stamp, string CorrelationId, string Answers, Priority Priority, bool IsAsked = false);
