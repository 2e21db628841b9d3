using System.Text.Json;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Locks;

/// <content>What is asked of a lock.</content>
public sealed partial class LockState
{
    internal Step<LockReply> Acquire(LockCommand.Acquire command)
    {
        if (command.By is { } by && _seen.Find(by.Stamp, _now) is { } before)
        {
            return Repeated(before, by, command.Bid.Owner);
        }

        // Who asks in one session has none of its earlier ones any more.
        LoseSessions(command.Bid.Owner, command.Session - 1);
        Promote(command.Session > 0 ? new SessionView(command.Bid.Owner, command.Session, true) : command.Head);
        if (_holder is { } holder && holder.Owner == command.Bid.Owner && holder.Instance == command.Bid.Instance)
        {
            return Answer(command, Prolong(holder, command), since: 0);
        }

        if (command.Ticket != 0 && Find(command.Ticket) is { } waiting)
        {
            waiting.Until = _now + (long)_limits.Common.TicketFor.TotalMilliseconds;
            waiting.Session = Math.Max(waiting.Session, command.Session);
            return Answer(command, NotGranted(_waiters.IndexOf(waiting) + 1), waiting.Since);
        }

        if (_phase == LockPhase.Free && _waiters.Count == 0)
        {
            Grant(WaiterOf(command, _at.UtcTicks), ticket: 0);
            return Answer(command, Granted(renewed: false), since: 0);
        }

        return command.Ticket == 0 && (command.By is null || command.WaitMs == 0)
            ? Answer(command, NotGranted(_waiters.Count + 1), since: 0)
            : Enqueue(command);
    }

    internal Step<LockReply> Renew(LockCommand.Renew command)
    {
        if (command.By is { } by && _seen.Find(by.Stamp, _now) is { } before)
        {
            return Repeated(before, by, command.Owner);
        }

        if (_holder is not { } holder || holder.Owner != command.Owner || holder.Token != command.Token)
        {
            return NotHeld();
        }

        // Whoever knows the token has fetched it.
        holder.Ticket = 0;
        holder.ExpiresAt = _now + command.LeaseMs;
        Changes.Touch(RowKey.Of(HeaderRow));
        return Answer(command.By, command.Owner, Granted(renewed: true));
    }

    internal Step<LockReply> Release(LockCommand.Release command)
    {
        if (command.By is { } by && _seen.Find(by.Stamp, _now) is { } before)
        {
            return Repeated(before, by, command.Owner);
        }

        if (_holder is not { } holder || holder.Owner != command.Owner || holder.Token != command.Token)
        {
            return NotHeld();
        }

        if (command.UnlessRenewed is { } end && end != holder.ExpiresAt)
        {
            return Step<LockReply>.Of(LockReply.Done.Instance);
        }

        GiveUp(LockEvent.Release);
        return command.By is { } message
            ? AnswerNow(message, command.Owner, LockReply.Done.Instance, new LockSaid(null))
            : Step<LockReply>.Of(LockReply.Done.Instance);
    }

    internal Step<LockReply> Leave(LockCommand.Leave command)
    {
        if (Find(command.Ticket) is { } waiting)
        {
            TakeOut(waiter => waiter == waiting);
        }
        else if (_holder is { } holder && holder.Ticket == command.Ticket)
        {
            GiveUp(LockEvent.Release);
        }

        return Step<LockReply>.Of(LockReply.Done.Instance);
    }

    internal Step<LockReply> Check(LockCommand.Check command) =>
        IsKnown ? Step<LockReply>.Of(new LockReply.Checked(_holder?.Token == command.Token)) : Unknown();

    internal Step<LockReply> Describe() => IsKnown ? Step<LockReply>.Of(new LockReply.Described(Record())) : Unknown();

    internal Step<LockReply> EndSession(LockCommand.EndSession command)
    {
        _ties.Ended(command.Supervisor, command.UpTo);
        LoseSessions(command.Supervisor, command.UpTo);
        return Step<LockReply>.Of(LockReply.Done.Instance);
    }

    private Step<LockReply> Enqueue(LockCommand.Acquire command)
    {
        if (_waiters.Count >= _limits.WaitersMax)
        {
            return Step<LockReply>.Refuse(new Fault(ErrorCode.RateLimited, $"{_limits.WaitersMax:N0} wait for the lock {_name}, which is the limit"));
        }

        var waiter = WaiterOf(command, command.Since > 0 ? command.Since : _at.UtcTicks);
        var place = _waiters.Count;
        while (place > 0 && _waiters[place - 1].Since > waiter.Since)
        {
            place--;
        }

        _waiters.Insert(place, waiter);
        _waitersDue = Math.Min(_waitersDue, waiter.Until);
        if (waiter.By is { } by)
        {
            _seen.Add(by.Stamp, _now);
            _messages.Add(waiter.Row, waiter);
            Changes.Touch(RowKey.Of(WaiterRow, waiter.Row));
            Changes.Touch(RowKey.Of(HeaderRow));

            // A caller says itself that it still waits; of one that waits by message its session tells.
            _ties.Attach(waiter.Bid.Owner, waiter.Session, _now, _effects);
        }

        // Where the lock is free, who comes back to its place may be the first now.
        return Step<LockReply>.Of(new LockReply.Answer(NotGranted(place + 1), waiter.Since));
    }

    private LockWaiter WaiterOf(LockCommand.Acquire command, long since) => new()
    {
        Bid = command.Bid,
        Session = command.Session,
        Since = since,
        Until = _now + (command.By is null ? (long)_limits.Common.TicketFor.TotalMilliseconds : command.WaitMs),
        Ticket = command.Ticket,
        By = command.By,
        Row = command.By is null ? 0 : ++_lastRow,
    };

    /// <summary>The holder asks again; or fetches what it was granted while it waited, of which nothing changes.</summary>
    private LockAnswer Prolong(LockHolder holder, LockCommand.Acquire command)
    {
        var fetches = command.Ticket != 0 && holder.Ticket == command.Ticket;
        holder.Ticket = 0;
        if (!fetches)
        {
            holder.ExpiresAt = _now + command.Bid.LeaseMs;
            holder.DelayMs = command.Bid.LockDelayMs;
            Changes.Touch(RowKey.Of(HeaderRow));
        }

        if (command.Session > holder.Session)
        {
            holder.Session = command.Session;
            Changes.Touch(RowKey.Of(HeaderRow));
            _ties.Attach(holder.Owner, holder.Session, _now, _effects);
        }

        return Granted(renewed: !fetches);
    }

    private LockAnswer Granted(bool renewed) => new(
        true, _holder!.Token, DateTimeOffset.FromUnixTimeMilliseconds(_holder.ExpiresAt), null, 0, renewed);

    private LockAnswer NotGranted(int position) => new(false, 0, null, _holder?.Owner, position);

    private Step<LockReply> Answer(LockCommand.Acquire command, LockAnswer answer, long since)
    {
        var step = Answer(command.By, command.Bid.Owner, answer);
        return since == 0 ? step : Step<LockReply>.Of(new LockReply.Answer(answer, since));
    }

    private Step<LockReply> Answer(LockMessage? by, string owner, LockAnswer answer)
    {
        var reply = new LockReply.Answer(answer, 0);
        return by is null ? Step<LockReply>.Of(reply) : AnswerNow(by, owner, reply, new LockSaid(answer));
    }

    /// <summary>Answers a message that need not wait: to whoever asks itself, else into the mailbox of its source.</summary>
    private Step<LockReply> AnswerNow(LockMessage by, string owner, LockReply reply, LockSaid said)
    {
        var message = ResponseTo(by, owner, said, _now);
        _seen.Add(by.Stamp, _now, by.IsAsked ? said.Encode() : default);
        if (by.IsAsked)
        {
            return Step<LockReply>.Of(new LockReply.Told(message, IsDuplicate: false, null));
        }

        Post(by, owner, message);
        return Step<LockReply>.Of(reply);
    }

    /// <summary>An answer that was handed over before is so again, or goes into the mailbox where nobody asks any more.</summary>
    private Step<LockReply> Repeated(Seen before, LockMessage by, string owner)
    {
        if (!before.SameBody)
        {
            return Step<LockReply>.Refuse(new Fault(ErrorCode.Conflict, "the id was used for another message"));
        }

        if (!before.Answer.IsEmpty)
        {
            var message = ResponseTo(by, owner, LockSaid.Decode(before.Answer), before.AtMs);
            if (by.IsAsked)
            {
                return Step<LockReply>.Of(new LockReply.Told(message, IsDuplicate: true, before.FirstId));
            }

            Post(by, owner, message);
        }

        return Step<LockReply>.Of(new LockReply.Repeated(before.FirstId));
    }

    private Step<LockReply> Unknown() =>
        Step<LockReply>.Refuse(new Fault(ErrorCode.DestinationNotFound, $"nobody ever asked for a lock {_name}"));

    private Step<LockReply> NotHeld() => !IsKnown
        ? Unknown()
        : Step<LockReply>.Refuse(new Fault(ErrorCode.Conflict, $"the lock {_name} is not held by that owner under that token")
        {
            Record = JsonText.Write(Record().WriteTo),
        });
}
