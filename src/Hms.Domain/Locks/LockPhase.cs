namespace Hms.Domain.Locks;

/// <summary>Where a lock stands.</summary>
public enum LockPhase
{
    /// <summary>Nobody holds it.</summary>
    Free,

    /// <summary>Nobody holds it, and who waits first is asked for: its session must go on at the moment that it is given the lock.</summary>
    Offered,

    /// <summary>Somebody holds it.</summary>
    Held,

    /// <summary>Nobody holds it and nobody may, for a while after its holder's session has ended.</summary>
    Closed,
}

/// <summary>What moves a lock from one phase to another.</summary>
public enum LockEvent
{
    /// <summary>It is given to who asks, or to who waits first.</summary>
    Grant,

    /// <summary>Who waits first has a session, which has to be looked at.</summary>
    Offer,

    /// <summary>Nobody waits any more.</summary>
    Withdraw,

    /// <summary>The holder gives it back, or never fetched it.</summary>
    Release,

    /// <summary>The lease ran out.</summary>
    Expire,

    /// <summary>The holder's session ended. The delay that it had asked for follows, which may be none.</summary>
    LoseSession,

    /// <summary>The delay is over.</summary>
    Open,
}

/// <summary>Every way in which a lock's phase may change, and no other. The diagram in <c>docs/locks.md</c> is made from it.</summary>
public static class LockTable
{
    /// <summary>From, event, to.</summary>
    public static IReadOnlyList<(LockPhase From, LockEvent Event, LockPhase To)> Rows { get; } =
    [
        (LockPhase.Free, LockEvent.Grant, LockPhase.Held),
        (LockPhase.Free, LockEvent.Offer, LockPhase.Offered),
        (LockPhase.Offered, LockEvent.Grant, LockPhase.Held),
        (LockPhase.Offered, LockEvent.Withdraw, LockPhase.Free),
        (LockPhase.Held, LockEvent.Release, LockPhase.Free),
        (LockPhase.Held, LockEvent.Expire, LockPhase.Free),
        (LockPhase.Held, LockEvent.LoseSession, LockPhase.Closed),
        (LockPhase.Closed, LockEvent.Open, LockPhase.Free),
    ];

    /// <summary>The phase that follows. There being none is a bug of ours: the machine asks only for what the table has.</summary>
    public static LockPhase Next(LockPhase from, LockEvent happened)
    {
        foreach (var row in Rows)
        {
            if (row.From == from && row.Event == happened)
            {
                return row.To;
            }
        }

        throw new InvalidOperationException($"a lock that is {from} knows no {happened}");
    }
}
