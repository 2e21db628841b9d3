using System.Text.Json;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Locks;

/// <content>How a lock passes from one holder to the next.</content>
public sealed partial class LockState
{
    /// <summary>Asks whoever hosts the lock to look at the session of who waits first, and to wake the lock with what it finds.</summary>
    public const ulong OfferSignal = 3;

    /// <summary>Whose time is over leaves the queue, and the holder loses the lock when its lease is.</summary>
    internal void ExpireOverdue()
    {
        if (_waitersDue <= _now)
        {
            DismissOverdue();
        }

        if (_holder is { } holder)
        {
            if (holder.ExpiresAt <= _now)
            {
                TellLoss(holder, "lease");
                GiveUp(LockEvent.Expire);
            }
            else if (holder.Ticket != 0 && holder.FetchedBy <= _now)
            {
                GiveUp(LockEvent.Release);
            }
        }

        OpenOverdue();
        if (_ties.Due <= _now)
        {
            var needed = _waiters.Select(waiter => waiter.Bid.Owner).Append(_holder?.Owner ?? "").ToHashSet(StringComparer.Ordinal);
            _ties.Sweep(_now, needed.Contains, _effects);
        }
    }

    /// <summary>The holder loses the lock where its session is seen to have ended, before that was told.</summary>
    internal void LookAt(SessionView? view)
    {
        if (view is { } seen && _holder is { Session: > 0 } holder && seen.Supervisor == holder.Owner
            && seen.Number >= holder.Session && !seen.Confirms(holder.Owner, holder.Session))
        {
            LoseSessions(holder.Owner, holder.Session);
        }
    }

    /// <summary>
    /// Gives a lock that is free to who waits first. One with a session gets it only where that is known to go on at this moment; else
    /// it is asked for, and the lock meanwhile kept for it.
    /// </summary>
    internal void Promote(SessionView? view)
    {
        OpenOverdue();
        while (_phase is LockPhase.Free or LockPhase.Offered)
        {
            if (_waiters.Count == 0)
            {
                if (_phase == LockPhase.Offered)
                {
                    Move(LockEvent.Withdraw);
                }

                return;
            }

            var head = _waiters[0];
            if (head.Session == 0 || (view?.Confirms(head.Bid.Owner, head.Session) ?? false))
            {
                TakeOut(waiter => waiter == head);
                Grant(head, head.Ticket);
                HandOver(head);
            }
            else if (view is { } other && other.Supervisor == head.Bid.Owner && other.Number >= head.Session)
            {
                Dismiss(waiter => waiter == head, "session_ended");
            }
            else
            {
                if (_phase == LockPhase.Free)
                {
                    Move(LockEvent.Offer);
                }

                _effects.Add(new Effect.Signal(OfferSignal));
                return;
            }
        }
    }

    /// <summary>Gives the lock to who asks for it.</summary>
    /// <param name="to">Who.</param>
    /// <param name="ticket">The ticket with which it is to be fetched; 0 where it is handed over at once.</param>
    private void Grant(LockWaiter to, ulong ticket)
    {
        _holder = new LockHolder
        {
            Owner = to.Bid.Owner,
            Instance = to.Bid.Instance,
            Session = to.Session,
            Token = ++_lastToken,
            ExpiresAt = _now + to.Bid.LeaseMs,
            DelayMs = to.Bid.LockDelayMs,
            Ticket = ticket,
            FetchedBy = _now + (long)_limits.Common.TicketFor.TotalMilliseconds,
        };
        Move(LockEvent.Grant);
        if (to.Session > 0)
        {
            _ties.Attach(to.Bid.Owner, to.Session, _now, _effects);
        }

        // The same instance may wait several times over: asking again as the holder renews, so all of it have it.
        foreach (var (same, _) in TakeOut(waiter => waiter.IsSameAs(_holder)))
        {
            HandOver(same);
        }
    }

    private void HandOver(LockWaiter waiter)
    {
        if (waiter.By is { } by)
        {
            // Whoever reads the message has it, whether or not a caller of the same instance fetches it.
            _holder!.Ticket = 0;
            TellAnswer(by, waiter.Bid.Owner, Granted(renewed: false));
        }
        else
        {
            _effects.Add(new Effect.Signal(waiter.Ticket));
        }
    }

    private void OpenOverdue()
    {
        if (_phase == LockPhase.Closed && _closedUntil <= _now)
        {
            _closedUntil = 0;
            Move(LockEvent.Open);
        }
    }

    private void GiveUp(LockEvent why)
    {
        _holder = null;
        Move(why);
    }

    /// <summary>A supervisor's sessions up to a number have ended: it neither holds in them nor waits.</summary>
    private void LoseSessions(string supervisor, long upTo)
    {
        if (_holder is { Session: > 0 } holder && holder.Session <= upTo && holder.Owner == supervisor)
        {
            TellLoss(holder, "session");
            _closedUntil = _now + holder.DelayMs;
            GiveUp(LockEvent.LoseSession);
        }

        if (upTo > 0)
        {
            Dismiss(waiter => waiter.Session > 0 && waiter.Session <= upTo && waiter.Bid.Owner == supervisor, "session_ended");
        }
    }

    private void DismissOverdue()
    {
        Dismiss(waiter => waiter.Until <= _now, "timeout");
        _waitersDue = _waiters.Count > 0 ? _waiters.Min(waiter => waiter.Until) : long.MaxValue;
    }

    /// <summary>Ends a wait in vain. A message is answered; a caller finds out when it asks again.</summary>
    private void Dismiss(Predicate<LockWaiter> which, string reason)
    {
        foreach (var (waiter, position) in TakeOut(which))
        {
            if (waiter.By is { } by)
            {
                TellAnswer(by, waiter.Bid.Owner, NotGranted(position), reason);
            }
            else
            {
                _effects.Add(new Effect.Signal(waiter.Ticket));
            }
        }
    }

    /// <summary>Takes waiters out of the queue, in one go however many they are; returns each with the place that it had.</summary>
    private List<(LockWaiter Waiter, int Position)> TakeOut(Predicate<LockWaiter> which)
    {
        var taken = new List<(LockWaiter, int)>();
        for (var i = 0; i < _waiters.Count; i++)
        {
            if (which(_waiters[i]))
            {
                taken.Add((_waiters[i], i + 1));
                if (_messages.Remove(_waiters[i].Row))
                {
                    Changes.Touch(RowKey.Of(WaiterRow, _waiters[i].Row));
                }
            }
        }

        if (taken.Count > 0)
        {
            _waiters.RemoveAll(which);
        }

        return taken;
    }

    private LockWaiter? Find(ulong ticket) => _waiters.Find(waiter => waiter.Ticket == ticket);

    private void TellLoss(LockHolder holder, string cause)
    {
        // Who is not registered has no mailbox.
        if (holder.Session > 0)
        {
            var notice = _notices.Make(holder.Owner, "lock_response", Priority.High, _now, json =>
            {
                json.WriteStartObject();
                json.WriteString("lock_id"u8, _name);
                json.WriteBoolean("granted"u8, false);
                json.WriteNumber("fencing_token"u8, holder.Token);
                json.WriteString("reason"u8, "expired"u8);
                json.WriteString("cause"u8, cause);
                json.WriteEndObject();
            });
            _ties.Post(notice, _now, _effects);
        }
    }

    private void TellAnswer(LockMessage by, string owner, LockAnswer answer, string? reason = null) =>
        Post(by, owner, ResponseTo(by, owner, new LockSaid(answer), _now, reason));

    private void Post(LockMessage by, string owner, ReadOnlyMemory<byte> message) =>
        _ties.Post(new OutboxMessage.Post(owner, message, by.Answers), _now, _effects);

    private byte[] ResponseTo(LockMessage by, string owner, LockSaid said, long at, string? reason = null)
    {
        var message = new FabricMessage(
            $"answer_{by.Stamp.Id.High:x16}", owner, "lock_response", by.CorrelationId, DateTimeOffset.FromUnixTimeMilliseconds(at))
        {
            Priority = by.Priority,
        };
        return message.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("lock_id"u8, _name);
            said.WriteTo(json, reason);
            json.WriteEndObject();
        });
    }
}
