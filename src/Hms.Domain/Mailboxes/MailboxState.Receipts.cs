using Hms.Domain.Entities;

namespace Hms.Domain.Mailboxes;

/// <content>What becomes of messages once they were delivered.</content>
public sealed partial class MailboxState
{
    internal Step<MailboxReply> Ack(MailboxCommand.Ack command, long now) =>
        Settle(command.Receipts, (state: this, now), static (sequence, with) => with.state.Finish(sequence, with.now));

    internal Step<MailboxReply> Nack(MailboxCommand.Nack command, long now) =>
        Settle(command.Receipts, (state: this, command, now), static (sequence, with) =>
        {
            var (state, nack, at) = with;
            if (nack.DeadLetter)
            {
                state.CountAttempt(sequence);
                state.Bury(sequence, DeadReason.Nack, nack.Reason, at);
            }
            else if (!state.BuryWhenSpent(sequence, nack.Reason, at))
            {
                state.GiveBack(sequence, at + (long)nack.Delay.TotalMilliseconds, at);
            }
        });

    internal Step<MailboxReply> Return(MailboxCommand.Return command) =>
        Settle(command.Receipts, this, static (sequence, state) => state.GiveBack(sequence, 0, 0));

    internal Step<MailboxReply> Extend(MailboxCommand.Extend command, long now) =>
        Settle(command.Receipts, (state: this, until: now + (long)command.Lease.TotalMilliseconds), static (sequence, with) =>
        {
            // A receipt from before a restart names no lease here: holding it again makes one, for which that receipt goes on holding.
            with.state._leases.Set(sequence, LeaseStatus.Held, with.until, next: false);
            with.state._leaseEnds.Add(sequence, with.until);
            with.state._leaseEnds.Compact(with.state._leases.Count);
        });

    /// <summary>Under new receipts, so that those given out before become stale. What a requester waits for is its own.</summary>
    internal Step<MailboxReply> Redeliver(MailboxCommand.Redeliver command, long now)
    {
        if (!_open)
        {
            return NotRegistered();
        }

        var messages = new List<LeasedMessage>();
        var rest = Rest.Memory;
        foreach (var sequence in _leases.Held().Where(held => held > command.After && !_entries[held].IsBound).Order().Take(command.Max))
        {
            messages.Add(Deliver(sequence, command.Lease, now));
            rest = _entries[sequence].IsMemory ? rest : Rest.Durable;
        }

        // That there is nothing rests on all that was decided.
        _effects.Add(EndedSignal);
        return Step<MailboxReply>.Of(new MailboxReply.Received(messages), messages.Count == 0 ? Rest.Durable : rest);
    }

    /// <summary>As if every lease ran out now. What a requester waits for is its own.</summary>
    internal Step<MailboxReply> EndLeases(long now)
    {
        foreach (var sequence in _leases.Held().Where(held => !_entries[held].IsBound).Order().ToArray())
        {
            EndLease(sequence, now);
        }

        return Step<MailboxReply>.Of(MailboxReply.Done.Instance);
    }

    internal Step<MailboxReply> FindEnded(MailboxCommand.FindEnded command)
    {
        var ended = command.Receipts.Where(receipt => !Holds(receipt, out var sequence) || !_leases.IsHeld(sequence)).ToArray();
        return Step<MailboxReply>.Of(new MailboxReply.Ended(ended), Rest.Memory);
    }

    private bool Holds(string receipt, out long sequence) =>
        _leases.TryRead(receipt, out sequence, out var tag)
        && _entries.Contains(sequence) && _entries[sequence].State == EntryState.Held && TagOf(sequence) == tag;

    private Step<MailboxReply> Settle<TWith>(IReadOnlyList<string> receipts, TWith with, Action<long, TWith> settle)
    {
        List<string>? stale = null;
        var settled = 0;
        var rest = receipts.Count == 0 ? Rest.Durable : Rest.Memory;
        for (var i = 0; i < receipts.Count; i++)
        {
            if (Holds(receipts[i], out var sequence))
            {
                // What may be lost itself need not be remembered to have been ended. A topic's message is in the topic's log.
                rest = _entries[sequence] is { IsMemory: true, IsFromTopic: false } ? rest : Rest.Durable;
                settle(sequence, with);
                settled++;
            }
            else
            {
                rest = Rest.Durable;
                (stale ??= []).Add(receipts[i]);
            }
        }

        _effects.Add(EndedSignal);
        return Step<MailboxReply>.Of(new MailboxReply.Settled(settled, stale ?? (IReadOnlyList<string>)[]), rest);
    }

    /// <summary>Tells a message from others of its sequence: in other mailboxes, or here, where a crash took one back.</summary>
    private uint TagOf(long sequence) => _entries[sequence].IdLow ^ _tag;

    /// <summary>Done with: the body goes, the id is remembered.</summary>
    private void Finish(long sequence, long now)
    {
        ref var entry = ref _entries[sequence];
        if (entry.State == EntryState.Held)
        {
            LetGo(in entry);
            _leases.Remove(sequence);
        }

        if (entry.IsFromTopic)
        {
            FinishTopics(sequence);
            return;
        }

        var keep = entry is { IsBound: true, State: EntryState.Held };
        entry.State = EntryState.Done;
        entry.At = now;
        if (keep)
        {
            _replies.Keep(sequence);
            while (_replies.TryTakeOverflow(_limits.RepliesMax, out var oldest))
            {
                DropBody(oldest);
            }
        }
        else
        {
            DropBody(sequence);
            _replies.Forget(sequence);
        }

        _entries.Touch(sequence);
        _dedup.Done(sequence);
    }

    private void DropBody(long sequence)
    {
        if (!_entries.Contains(sequence) || _entries[sequence].Body == 0)
        {
            return;
        }

        Changes.DeleteBody(_entries[sequence].Body);
        _entries[sequence].Body = 0;
        _entries.Touch(sequence);
    }

    /// <summary>Forgotten: nothing is left of it.</summary>
    private void Free(long sequence)
    {
        DropBody(sequence);
        _dedup.Forget(sequence);
        _replies.Forget(sequence);
        if (_firstIds.Remove(sequence))
        {
            Changes.Touch(RowKey.Of(FirstIdRow, sequence));
        }

        _entries.Free(sequence);
    }

    /// <summary>Makes a message deliverable again, at once or from a time on. Receipts given out for it become stale.</summary>
    private void GiveBack(long sequence, long from, long now)
    {
        if (from > now)
        {
            _leases.Set(sequence, LeaseStatus.Delayed, from, next: true);
            _leaseEnds.Add(sequence, from);
            _leaseEnds.Compact(_leases.Count);
            WatchExpiry(sequence, in _entries[sequence]);
            return;
        }

        _leases.Set(sequence, LeaseStatus.Returned, 0, next: true);
        PutBack(sequence);
    }

    private void EndLease(long sequence, long now)
    {
        if (!_leases.IsHeld(sequence) || !BuryWhenSpent(sequence, null, now))
        {
            _leases.Set(sequence, LeaseStatus.Lapsed, 0, next: false);
            PutBack(sequence);
        }

        _effects.Add(EndedSignal);
    }

    private void PutBack(long sequence)
    {
        ref readonly var entry = ref _entries[sequence];
        var queue = _ready[(int)entry.Priority];
        queue.Return(sequence);
        queue.Compact(_held, _isReady);
        WatchExpiry(sequence, in entry);
        SignalReady();
    }

    private void CountAttempt(long sequence)
    {
        // A nack after the lease ran out ends a delivery that was counted then.
        if (_leases.TryGet(sequence, out var lease) && lease.Status == LeaseStatus.Lapsed)
        {
            return;
        }

        ref var entry = ref _entries[sequence];
        entry.Attempts = (ushort)Math.Min(ushort.MaxValue, entry.Attempts + 1);
        _entries.Touch(sequence);
    }

    private bool BuryWhenSpent(long sequence, string? reason, long now)
    {
        CountAttempt(sequence);
        if (_entries[sequence].Attempts < _limits.AttemptsMax)
        {
            return false;
        }

        Bury(sequence, DeadReason.MaxAttempts, reason, now);
        return true;
    }
}
