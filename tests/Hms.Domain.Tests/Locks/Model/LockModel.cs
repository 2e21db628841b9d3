using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Locks.Model;

/// <summary>Who waits in the model.</summary>
internal sealed record ModelWaiter(string Owner, string? Instance, long Lease, long Delay, long Session, long Since, int Arrival, long Until, ulong Ticket, string? Message);

/// <summary>Who holds the lock in the model; a ticket where it was not fetched.</summary>
internal sealed record ModelHolder(string Owner, string? Instance, long Session, long Token, long Until, long Delay, ulong Ticket, long FetchedBy);

/// <summary>What a lock should do, as simply as it can be said: a value that is replaced, and a list that is sorted each time.</summary>
internal sealed class LockModel
{
    private const long TicketMs = 10_000;
    private State _now = new(null, 0, 0, [], []);
    private State _durable = new(null, 0, 0, [], []);
    private int _arrivals;

    public ModelHolder? Holder => _now.Holder;

    public long Token => _now.Token;

    public bool IsKnown => _now.Token > 0 || _now.Queue.Length > 0;

    public IReadOnlyList<string> Waiting => [.. Queue.Select(waiter => waiter.Owner)];

    /// <summary>What messages were answered by in the last step: who, which, and whether it has the lock.</summary>
    public List<(string Owner, string Message, bool Granted)> Answers { get; } = [];

    /// <summary>Who was told in the last step that it lost the lock.</summary>
    public List<(string Owner, long Token, string Reason)> Losses { get; } = [];

    private ModelWaiter[] Queue => [.. _now.Queue.OrderBy(waiter => waiter.Since).ThenBy(waiter => waiter.Arrival)];

    public void Begin(long now)
    {
        Answers.Clear();
        Losses.Clear();
        Dismiss(waiter => waiter.Until <= now);
        if (Holder is { } holder && holder.Until <= now)
        {
            Lose(holder, "lease");
        }
        else if (Holder is { Ticket: not 0 } unfetched && unfetched.FetchedBy <= now)
        {
            _now = _now with { Holder = null };
        }

        _now = _now with { ClosedUntil = _now.ClosedUntil <= now ? 0 : _now.ClosedUntil };
    }

    /// <summary>Passes the lock on while it is free; comes after every command.</summary>
    public void Pass(SessionView? view, long now)
    {
        while (Holder is null && _now.ClosedUntil == 0 && Queue.FirstOrDefault() is { } first)
        {
            if (first.Session == 0 || (view is { IsAlive: true } seen && seen.Supervisor == first.Owner && seen.Number == first.Session))
            {
                Grant(first, first.Ticket, now);
            }
            else if (view is { } other && other.Supervisor == first.Owner && other.Number >= first.Session)
            {
                Dismiss(waiter => waiter == first);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Whether it was granted, and if not its place.</summary>
    public (bool Granted, int Position) Acquire(ModelWaiter asks, SessionView? view, long now)
    {
        End(asks.Owner, asks.Session - 1, now);
        Pass(asks.Session > 0 ? new SessionView(asks.Owner, asks.Session, true) : view, now);
        if (Holder is { } holder && holder.Owner == asks.Owner && holder.Instance == asks.Instance)
        {
            var fetches = asks.Ticket != 0 && holder.Ticket == asks.Ticket;
            _now = _now with
            {
                Holder = holder with
                {
                    Ticket = 0,
                    Session = Math.Max(holder.Session, asks.Session),
                    Until = fetches ? holder.Until : now + asks.Lease,
                    Delay = fetches ? holder.Delay : asks.Delay,
                },
            };
            return Answered(asks, true, 0);
        }

        if (asks.Ticket != 0 && Array.FindIndex(Queue, waiter => waiter.Ticket == asks.Ticket) is >= 0 and var place)
        {
            var before = Queue[place];
            _now = _now with
            {
                Queue = [.. _now.Queue.Select(waiter => waiter != before ? waiter : waiter with { Until = now + TicketMs, Session = Math.Max(waiter.Session, asks.Session) })],
            };
            return (false, place + 1);
        }

        if (Holder is null && _now.ClosedUntil == 0 && _now.Queue.Length == 0)
        {
            Grant(asks with { Message = null }, 0, now);
            return Answered(asks, true, 0);
        }

        if (asks.Ticket == 0 && (asks.Message is null || asks.Until == now))
        {
            return Answered(asks, false, _now.Queue.Length + 1);
        }

        var joins = asks with { Arrival = ++_arrivals, Until = asks.Message is null ? now + TicketMs : asks.Until };
        _now = _now with { Queue = [.. _now.Queue, joins], Seen = asks.Message is { } message ? [.. _now.Seen, message] : _now.Seen };
        return (false, Array.IndexOf(Queue, joins) + 1);
    }

    public bool WasSeen(string message) => _now.Seen.Contains(message);

    public bool Holds(string owner, long token) => Holder is { } holder && holder.Owner == owner && holder.Token == token;

    public void Renew(long lease, long now) => _now = _now with { Holder = Holder! with { Until = now + lease, Ticket = 0 } };

    public void Release() => _now = _now with { Holder = null };

    public void Leave(ulong ticket)
    {
        if (_now.Queue.Any(waiter => waiter.Ticket == ticket))
        {
            _now = _now with { Queue = [.. _now.Queue.Where(waiter => waiter.Ticket != ticket)] };
        }
        else if (Holder?.Ticket == ticket)
        {
            Release();
        }
    }

    public void End(string owner, long upTo, long now)
    {
        if (Holder is { Session: > 0 } holder && holder.Owner == owner && holder.Session <= upTo)
        {
            Lose(holder, "session");
            _now = _now with { ClosedUntil = holder.Delay > 0 ? now + holder.Delay : 0 };
        }

        Dismiss(waiter => waiter.Owner == owner && waiter.Session > 0 && waiter.Session <= upTo);
    }

    public void Commit() => _durable = _now;

    /// <summary>Tickets are known in memory only, and who has not fetched a grant counts as having done so.</summary>
    public void Crash() => _now = _durable with
    {
        Holder = _durable.Holder is { } holder ? holder with { Ticket = 0 } : null,
        Queue = [.. _durable.Queue.Where(waiter => waiter.Message is not null)],
    };

    /// <summary>When something happens by itself.</summary>
    public long NextDeadline(bool durable)
    {
        var times = _now.Queue.Where(waiter => !durable || waiter.Message is not null).Select(waiter => waiter.Until).ToList();
        if (Holder is { } holder)
        {
            times.Add(holder.Until);
            times.Add(durable || holder.Ticket == 0 ? long.MaxValue : holder.FetchedBy);
        }

        if (_now.ClosedUntil > 0 && times.Count > 0)
        {
            times.Add(_now.ClosedUntil);
        }

        return times.DefaultIfEmpty(long.MaxValue).Min();
    }

    private (bool Granted, int Position) Answered(ModelWaiter asks, bool granted, int position)
    {
        if (asks.Message is { } message)
        {
            _now = _now with { Seen = [.. _now.Seen, message] };
            Answers.Add((asks.Owner, message, granted));
        }

        return (granted, position);
    }

    private void Grant(ModelWaiter to, ulong ticket, long now)
    {
        bool IsSame(ModelWaiter waiter) => waiter == to || (waiter.Owner == to.Owner && waiter.Instance == to.Instance);
        var served = Queue.Where(IsSame).ToArray();
        var isTold = served.Any(waiter => waiter.Message is not null);
        var holder = new ModelHolder(
            to.Owner, to.Instance, to.Session, _now.Token + 1, now + to.Lease, to.Delay, isTold ? 0 : ticket, now + TicketMs);
        _now = _now with { Holder = holder, Token = holder.Token, Queue = [.. _now.Queue.Where(waiter => !IsSame(waiter))] };
        Answers.AddRange(served.Where(waiter => waiter.Message is not null).Select(waiter => (waiter.Owner, waiter.Message!, true)));
    }

    private void Lose(ModelHolder holder, string cause)
    {
        _now = _now with { Holder = null };
        if (holder.Session > 0)
        {
            Losses.Add((holder.Owner, holder.Token, cause));
        }
    }

    private void Dismiss(Predicate<ModelWaiter> which)
    {
        Answers.AddRange(_now.Queue.Where(waiter => which(waiter) && waiter.Message is not null).Select(waiter => (waiter.Owner, waiter.Message!, false)));
        _now = _now with { Queue = [.. _now.Queue.Where(waiter => !which(waiter))] };
    }

    private sealed record State(ModelHolder? Holder, long Token, long ClosedUntil, ModelWaiter[] Queue, string[] Seen);
}
