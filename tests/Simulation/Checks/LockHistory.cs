namespace Hms.Simulation.Checks;

/// <summary>
/// All calls on one lock. They are linearizable where they can be put into one order that agrees with their times and with a lock that
/// does one thing after the other (Wing and Gong's search, with memory of what was tried).
/// </summary>
/// <param name="clocksAgree">Whether a lease lasts as long for the lock as it does for the world.</param>
internal sealed class LockHistory(bool clocksAgree)
{
    // What is decided may be told with less precision than the world's clock has.
    private const long Slack = TimeSpan.TicksPerSecond;

    private readonly HashSet<string> _tried = [];
    private LockOp[][] _byClient = [];

    public List<LockOp> Ops { get; } = [];

    public List<SessionEnd> Ends { get; } = [];

    public List<LockSight> Sights { get; } = [];

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Problem() => TokenProblem() ?? DeadGrantProblem() ?? (IsLinearizable()
        ? null
        : "no order of these calls is that of a lock: " + string.Join("; ", Ops.OrderBy(op => op.Called))
            + "; sessions ended: " + string.Join("; ", Ends));

    /// <summary>A token belongs to one owner, and to one grant.</summary>
    private string? TokenProblem()
    {
        foreach (var grants in Ops.Where(op => op is { Ask: LockAsk.Acquire, Succeeded: true }).GroupBy(op => op.Token))
        {
            if (grants.Select(op => op.Client).Distinct().Count() > 1)
            {
                return $"token {grants.Key} was given to {string.Join(" and ", grants)}";
            }
        }

        return null;
    }

    /// <summary>
    /// Nobody is granted a lock in a session that had ended: not by what began after the end was confirmed. Who waits does so in the
    /// session in which it began to.
    /// </summary>
    private string? DeadGrantProblem()
    {
        // Of an owner with two callers it cannot be seen which of them waits.
        foreach (var end in Ends.Where(end => Ops.Where(op => op.Owner == end.Owner).Select(op => op.Client).Distinct().Count() == 1))
        {
            foreach (var grant in Ops.Where(op => op is { Ask: LockAsk.Acquire, Succeeded: true, Renewed: false } && op.Owner == end.Owner && op.Called < end.Called && op.Returned > end.Returned))
            {
                // A call that was on its way when the session ended asks in the next one. Who was seen to wait before asks in that one.
                if (Sights.Exists(sight => sight.Called > grant.Called && sight.Returned < end.Called && sight.Waiters.Contains(end.Owner))
                    && Ops.Find(op => op is { Ask: LockAsk.Release, Succeeded: true } && op.Called > end.Returned && op.Token < grant.Token) is { } freed)
                {
                    return $"{grant} was granted after {freed}, in a session that had ended by {end.Returned / 10_000} ms";
                }
            }
        }

        return null;
    }

    /// <summary>Of two that were seen to wait, the first was granted the lock first.</summary>
    public string? OrderProblem()
    {
        foreach (var sight in Sights)
        {
            var waiting = sight.Waiters.Select(owner => GrantDuring(owner, sight)).OfType<LockOp>().ToArray();
            for (var i = 1; i < waiting.Length; i++)
            {
                if (waiting[i - 1].Token > waiting[i].Token)
                {
                    return $"{waiting[i - 1]} waited before {waiting[i]} and was served after it";
                }
            }
        }

        return null;
    }

    private LockOp? GrantDuring(string owner, LockSight sight)
    {
        var mine = Ops.Where(op => op.Ask == LockAsk.Acquire && op.Owner == owner && op.Called < sight.Called && op.Returned > sight.Returned).ToArray();
        return mine is [{ Succeeded: true, Renewed: false } only] ? only : null;
    }

    private bool IsLinearizable()
    {
        _tried.Clear();
        _byClient = [.. Ops.Where(op => op.IsKnown && (op.Succeeded || op.Ask != LockAsk.Acquire))
            .GroupBy(op => op.Client).Select(ops => ops.OrderBy(op => op.Called).ToArray())];
        return Search(new int[_byClient.Length], new Model(0, null));
    }

    private bool Search(int[] done, Model model)
    {
        // Nothing may come before what had ended when it was called.
        var bound = long.MaxValue;
        for (var i = 0; i < done.Length; i++)
        {
            bound = done[i] < _byClient[i].Length ? Math.Min(bound, _byClient[i][done[i]].Returned) : bound;
        }

        if (bound == long.MaxValue && _byClient.Select((ops, i) => done[i] == ops.Length).All(all => all))
        {
            return true;
        }

        if (!_tried.Add($"{string.Join(',', done)} {model.LastToken} {model.Held?.Called} {model.Held?.Client}"))
        {
            return false;
        }

        for (var i = 0; i < done.Length; i++)
        {
            if (done[i] < _byClient[i].Length && _byClient[i][done[i]] is var op && op.Called <= bound && After(model, op) is { } next)
            {
                done[i]++;
                var found = Search(done, next);
                done[i]--;
                if (found)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The lock after a call; null where the call cannot have gone so there.</summary>
    private Model? After(Model model, LockOp op)
    {
        var held = model.Held;
        var isHolder = held is not null && held.Token == op.Token && held.Owner == op.Owner && MayBeHeld(held, op);
        return op switch
        {
            { Ask: LockAsk.Check, Succeeded: true } => held?.Token == op.Token && MayBeHeld(held, op) ? model : null,
            { Ask: LockAsk.Check } => held?.Token != op.Token || MayBeGone(held!, op) ? model : null,
            { Succeeded: false } => !isHolder || MayBeGone(held!, op) ? model : null,
            { Ask: LockAsk.Release } => isHolder ? model with { Held = null } : null,
            { Ask: LockAsk.Renew } => isHolder ? model with { Held = op } : null,
            _ when isHolder => model with { Held = op },
            _ => op.Token > model.LastToken && (held is null || MayBeGone(held, op)) ? new Model(op.Token, op) : null,
        };
    }

    /// <summary>Whether a lease may have been lost by the time of a call.</summary>
    private bool MayBeGone(LockOp held, LockOp op) =>
        !clocksAgree
        || op.Returned >= held.Called + held.Lease - Slack
        || Ops.Exists(other => other is { IsKnown: false, Leases: true } && other.Owner == held.Owner && op.Returned >= other.Called + other.Lease - Slack)
        || Ends.Exists(end => end.Owner == held.Owner && end.Called <= op.Returned && end.Returned >= held.Called)
        || Ops.Exists(other => other is { Ask: LockAsk.Release, IsKnown: false } && other.Token == held.Token && other.Called <= op.Returned);

    /// <summary>Whether a lease may not have run out yet at the time of a call.</summary>
    private bool MayBeHeld(LockOp held, LockOp op) =>
        !clocksAgree
        || op.Called <= held.Returned + held.Lease + Slack
        || Ops.Exists(other => other is { IsKnown: false, Leases: true } && other.Owner == held.Owner && other.Called <= op.Called);

    /// <summary>A lock that does one thing after the other: the last token, and the call that gave the lease that runs.</summary>
    private sealed record Model(long LastToken, LockOp? Held);
}
