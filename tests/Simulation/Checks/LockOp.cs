namespace Hms.Simulation.Checks;

/// <summary>What was asked of a lock.</summary>
internal enum LockAsk
{
    Acquire,
    Renew,
    Release,
    Check,
}

/// <summary>One call on a lock, as its caller knows it.</summary>
/// <param name="Client">Which caller; each makes one call after the other.</param>
/// <param name="Owner">For whom.</param>
/// <param name="Ask">What was asked.</param>
/// <param name="Called">When it was asked, in ticks.</param>
internal sealed record LockOp(int Client, string Owner, LockAsk Ask, long Called)
{
    /// <summary>When the answer came; never, where none did.</summary>
    public long Returned { get; set; } = long.MaxValue;

    /// <summary>Whether it is known what came of it.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Granted, renewed, released, current; or not.</summary>
    public bool Succeeded { get; set; }

    /// <summary>Whether the caller was told that it held the lock before.</summary>
    public bool Renewed { get; set; }

    /// <summary>The token that was given, or asked with.</summary>
    public long Token { get; set; }

    /// <summary>The lease that was asked for, in ticks.</summary>
    public long Lease { get; init; }

    /// <summary>Whether it gives the caller a lease from then on.</summary>
    public bool Leases => Ask is LockAsk.Acquire or LockAsk.Renew;

    public override string ToString() =>
        $"{Owner} {Ask} {Token}{(Leases ? $" for {Lease / 10_000} ms" : "")} {(IsKnown ? Succeeded : null)} [{Called / 10_000} ms, {(Returned == long.MaxValue ? -1 : Returned / 10_000)} ms]";
}

/// <summary>A call that ends an owner's session.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Called">When it was asked for, in ticks.</param>
internal sealed record SessionEnd(string Owner, long Called)
{
    /// <summary>When it was answered; never, where it was not.</summary>
    public long Returned { get; set; } = long.MaxValue;
}

/// <summary>How a watcher saw a lock's queue.</summary>
/// <param name="Called">When it asked, in ticks.</param>
/// <param name="Returned">When the answer came.</param>
/// <param name="Waiters">Who waited, first come first.</param>
internal sealed record LockSight(long Called, long Returned, IReadOnlyList<string> Waiters);
