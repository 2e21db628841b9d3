using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Mailboxes;

/// <content>Messages coming in and going out.</content>
public sealed partial class MailboxState
{
    private const int ExpiredAtOnce = 1_000;

    /// <summary>Does what is overdue: leases and delays end, messages expire, ids are forgotten. A bounded part at a time.</summary>
    internal void ExpireOverdue(long now)
    {
        for (var ended = 0; ended < ExpiredAtOnce && _leaseEnds.TryTake(now, out var sequence); ended++)
        {
            EndLease(sequence, now);
        }

        for (var expired = 0; expired < ExpiredAtOnce && _expiries.TryTake(now, out var sequence); expired++)
        {
            // Who holds a message may still end it, for it was delivered in time; given back, it is looked at again.
            if (!_leases.IsHeld(sequence))
            {
                Expire(sequence, now);
                continue;
            }

            _outlived.Add(sequence, _entries[sequence].Expires);
            _outlived.Compact(_leases.Count);
        }

        foreach (var sequence in _dedup.TakeOverdue(now))
        {
            Free(sequence);
        }
    }

    internal Step<MailboxReply> Enqueue(MailboxCommand.Enqueue command, long now)
    {
        if (!_open)
        {
            return NotRegistered();
        }

        if (_dedup.TryFind(command.Id, now, out var known))
        {
            return Known(command, known);
        }

        var length = command.Body.Message.Length;
        if (!command.IsBeyondLimits && (_held >= _limits.DepthMax || _heldBytes + length > _limits.BytesMax))
        {
            return Step<MailboxReply>.Refuse(new Fault(ErrorCode.MailboxFull, $"the mailbox of {_name} is full")
            {
                RetryAfter = _limits.RetryAfter,
            });
        }

        var sequence = Add(command, now);
        return Step<MailboxReply>.Of(
            new MailboxReply.Enqueued(sequence, Duplicate: false, FirstId: null),
            command.IsMemory ? Rest.Memory : Rest.Durable);
    }

    internal Step<MailboxReply> Receive(MailboxCommand.Receive command, long now)
    {
        if (!_open)
        {
            return NotRegistered();
        }

        if (!TryNext(now, out var sequence))
        {
            return Step<MailboxReply>.Of(MailboxReply.Received.Nothing, Rest.Memory);
        }

        var messages = new List<LeasedMessage>(Math.Min(command.Max, Ready));
        var rest = Rest.Memory;
        do
        {
            messages.Add(Deliver(sequence, command.Lease, now));
            rest = _entries[sequence].IsMemory ? rest : Rest.Durable;
        }
        while (messages.Count < command.Max && TryNext(now, out sequence));

        return Step<MailboxReply>.Of(new MailboxReply.Received(messages), rest);
    }

    /// <summary>
    /// The message that is to be delivered next, taken out of its queue. One that has expired, but was beyond what is done at a time, is
    /// left out; it becomes a dead letter soon.
    /// </summary>
    private bool TryNext(long now, out long sequence)
    {
        while (TryChooseQueue(now, out var queue, out sequence))
        {
            queue.Take();
            if (_entries[sequence].Expires > now)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryChooseQueue(long now, out ReadyQueue queue, out long sequence)
    {
        queue = _ready[0];
        sequence = 0;
        var best = -1L;
        for (var priority = Priorities.Count - 1; priority >= 0; priority--)
        {
            if (!_ready[priority].TryPeek(_isReady, out var candidate))
            {
                continue;
            }

            if (_limits.AgeingInterval is null)
            {
                queue = _ready[priority];
                sequence = candidate;
                return true;
            }

            // Aged messages of several priorities meet in one rank, where the one that came first goes first.
            var rank = Aged(priority, candidate, now);
            if (rank > best || (rank == best && candidate < sequence))
            {
                (best, queue, sequence) = (rank, _ready[priority], candidate);
            }
        }

        return best >= 0;
    }

    private long Aged(int priority, long sequence, long now)
    {
        var waited = Math.Max(0, now - _entries[sequence].At);
        var interval = Math.Max(1, (long)_limits.AgeingInterval!.Value.TotalMilliseconds);
        return Math.Min(Priorities.Count - 1, priority + (waited / interval));
    }

    private LeasedMessage Deliver(long sequence, TimeSpan lease, long now)
    {
        ref readonly var entry = ref _entries[sequence];
        var until = now + (long)lease.TotalMilliseconds;
        var number = _leases.Set(sequence, LeaseStatus.Held, until, next: true);
        _leaseEnds.Add(sequence, until);
        _leaseEnds.Compact(_leases.Count);
        var receipt = _leases.Receipt(sequence, number, TagOf(sequence));
        return new LeasedMessage(receipt, sequence, entry.Attempts + 1, DateTimeOffset.FromUnixTimeMilliseconds(until), entry.Body, TopicOf(in entry));
    }

    private long Add(MailboxCommand.Enqueue command, long now)
    {
        var entry = new Entry
        {
            IdHigh = command.Id.High,
            IdLow = command.Id.Low,
            BodyHash = command.BodyHash,
            ReplyHash = command.ReplyHash,
            Body = command.BodyId,
            At = now,
            Ttl = command.TtlMs,
            Length = command.Body.Message.Length,
            State = EntryState.Held,
            Priority = command.Priority,
            IsMemory = command.IsMemory,
        };
        var sequence = _entries.Append(entry);
        Changes.AddBody(command.BodyId, command.Body);
        _dedup.Add(command.Id, sequence);
        _replies.Add(command.ReplyHash, sequence);
        Hold(sequence, in entry);
        if (command.FirstId is not null)
        {
            _firstIds[sequence] = command.FirstId;
            Changes.Touch(RowKey.Of(FirstIdRow, sequence));
        }

        if (_replies.TakeAwaiting(command.ReplyHash, now) is not 0 and var request && !IsAnswered(request, now))
        {
            Reserve(sequence, request, now);
        }
        else
        {
            _ready[(int)entry.Priority].Add(sequence);
            _ready[(int)entry.Priority].Compact(_held, _isReady);
            SignalReady();
        }

        return sequence;
    }

    private void Hold(long sequence, in Entry entry)
    {
        _held++;
        _heldBytes += entry.Length;
        _withTtl += entry.Ttl > 0 ? 1 : 0;
        WatchExpiry(sequence, in entry);
    }

    private void WatchExpiry(long sequence, in Entry entry)
    {
        if (entry.Ttl > 0)
        {
            _expiries.Add(sequence, entry.Expires);
            _expiries.Compact(_withTtl);
        }
    }

    private void LetGo(in Entry entry)
    {
        _held--;
        _heldBytes -= entry.Length;
        _withTtl -= entry.Ttl > 0 ? 1 : 0;
    }

    private void SignalReady() => _effects.Add(ReadySignal);

    private static readonly Effect ReadySignal = new Effect.Signal(Effect.Signal.Ready);

    private static readonly Effect EndedSignal = new Effect.Signal(Effect.Signal.Ended);

    private Step<MailboxReply> Known(MailboxCommand.Enqueue command, long sequence)
    {
        ref readonly var entry = ref _entries[sequence];
        return entry.BodyHash == command.BodyHash
            ? Step<MailboxReply>.Of(new MailboxReply.Enqueued(sequence, Duplicate: true, _firstIds.GetValueOrDefault(sequence)))
            : Step<MailboxReply>.Refuse(new Fault(ErrorCode.Conflict, "this id was used before, with another body")
            {
                Record = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
                {
                    ["destination"] = _name,
                    ["sequence"] = sequence,
                    ["state"] = StateName(in entry),
                    ["since"] = JsonText.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(entry.At)),
                }),
            });
    }

    private static string StateName(in Entry entry) => entry.State switch
    {
        EntryState.Held => "waiting",
        EntryState.Dead => "dead_letter",
        _ => "acked",
    };

    private Step<MailboxReply> NotRegistered() =>
        Step<MailboxReply>.Refuse(new Fault(ErrorCode.DestinationNotFound, $"no supervisor {_name} is registered"));
}
