using System.Diagnostics;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Mailboxes;

/// <content>Messages that will not be delivered, and the opening and closing of the mailbox.</content>
public sealed partial class MailboxState
{
    internal Step<MailboxReply> ListDeadLetters(MailboxCommand.ListDeadLetters command)
    {
        if (!_wasOpened)
        {
            return NotRegistered();
        }

        var after = command.After == long.MaxValue ? long.MaxValue : command.After + 1;
        var messages = new List<DeadMessage>();
        var more = false;
        foreach (var sequence in _dead.GetViewBetween(after, long.MaxValue))
        {
            if (messages.Count == command.Limit)
            {
                more = true;
                break;
            }

            ref readonly var entry = ref _entries[sequence];
            var reason = _reasons.GetValueOrDefault(sequence) ?? ReasonName(entry.Reason);
            messages.Add(new DeadMessage(
                sequence, reason, DateTimeOffset.FromUnixTimeMilliseconds(entry.At), entry.Attempts, entry.Body));
        }

        return Step<MailboxReply>.Of(new MailboxReply.DeadLetterList(messages, more));
    }

    internal Step<MailboxReply> Redrive(MailboxCommand.Redrive command, long now)
    {
        if (!_open)
        {
            return NotRegistered();
        }

        var redriven = 0;
        foreach (var sequence in command.Sequences ?? [.. _dead])
        {
            if (!_dead.Remove(sequence))
            {
                continue;
            }

            ref var entry = ref _entries[sequence];
            entry.State = EntryState.Held;
            entry.Reason = DeadReason.None;
            entry.Attempts = 0;
            entry.At = now;
            _entries.Touch(sequence);
            ForgetReason(sequence);
            Hold(sequence, in entry);
            PutBack(sequence);
            redriven++;
        }

        return Step<MailboxReply>.Of(new MailboxReply.Changed(redriven));
    }

    internal Step<MailboxReply> PurgeDeadLetters(long now)
    {
        if (!_wasOpened)
        {
            return NotRegistered();
        }

        var purged = _dead.Count;
        foreach (var sequence in _dead)
        {
            Drop(sequence, now);
        }

        _dead.Clear();
        return Step<MailboxReply>.Of(new MailboxReply.Changed(purged));
    }

    internal Step<MailboxReply> Count() => _open
        ? Step<MailboxReply>.Of(new MailboxReply.Counts(Ready, Leased, DeadLetters))
        : NotRegistered();

    internal Step<MailboxReply> Open()
    {
        if (!_open)
        {
            (_open, _wasOpened) = (true, true);
            Changes.Touch(SegmentTable<Entry>.HeaderRow);
            AddSubscription(Names.Everybody, from: null);
        }

        return Step<MailboxReply>.Of(MailboxReply.Done.Instance);
    }

    internal Step<MailboxReply> Close(long now)
    {
        if (_open)
        {
            foreach (var sequence in _entries.Sequences())
            {
                if (_entries[sequence].State == EntryState.Held)
                {
                    Bury(sequence, DeadReason.Deregistered, null, now);
                }
            }

            foreach (var topic in _subscriptions.ToArray())
            {
                RemoveSubscription(topic);
            }

            _open = false;
            Changes.Touch(SegmentTable<Entry>.HeaderRow);
            SignalReady();
            _effects.Add(EndedSignal);
        }

        return Step<MailboxReply>.Of(MailboxReply.Done.Instance);
    }

    private void Expire(long sequence, long now)
    {
        _expiredCount++;
        if (!_entries[sequence].IsFromTopic)
        {
            _effects.Add(new Effect.Send(new OutboxMessage.ReportExpiry(_name, sequence, _entries[sequence].Body, now)));
        }

        Bury(sequence, DeadReason.Expired, null, now);
    }

    /// <summary>Makes a held message a dead letter. Receipts given out for it become stale.</summary>
    private void Bury(long sequence, DeadReason reason, string? words, long now)
    {
        ref var entry = ref _entries[sequence];
        _buriedCount++;
        LetGo(in entry);
        if (_leases.TryGet(sequence, out _))
        {
            _leases.Set(sequence, LeaseStatus.Returned, 0, next: true);
        }

        entry.State = EntryState.Dead;
        entry.Reason = reason;
        entry.At = now;
        _entries.Touch(sequence);
        _dead.Add(sequence);
        if (!string.IsNullOrEmpty(words))
        {
            _reasons[sequence] = words;
            Changes.Touch(RowKey.Of(ReasonRow, sequence));
        }

        while (_dead.Count > _limits.DeadLettersMax)
        {
            var oldest = _dead.Min;
            _dead.Remove(oldest);
            Drop(oldest, now);
        }
    }

    /// <summary>Ends a dead letter: its body goes, its id is remembered as that of any message that is done with.</summary>
    private void Drop(long sequence, long now)
    {
        ForgetReason(sequence);
        _leases.Remove(sequence);
        Finish(sequence, now);
    }

    private void ForgetReason(long sequence)
    {
        if (_reasons.Remove(sequence))
        {
            Changes.Touch(RowKey.Of(ReasonRow, sequence));
        }
    }

    private static string ReasonName(DeadReason reason) => reason switch
    {
        DeadReason.Expired => "expired",
        DeadReason.MaxAttempts => "max_attempts",
        DeadReason.Nack => "nack",
        DeadReason.Deregistered => "deregistered",
        DeadReason.Retention => "retention",
        _ => throw new UnreachableException(),
    };
}
