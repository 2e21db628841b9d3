using Hms.Domain.Entities;

namespace Hms.Domain.Mailboxes;

/// <content>Replies that a requester waits for (section 4.1).</content>
public sealed partial class MailboxState
{
    internal Step<MailboxReply> ClaimReply(MailboxCommand.ClaimReply command, long now)
    {
        if (!_open)
        {
            return NotRegistered();
        }

        if (FindReply(command, now) is { } sequence)
        {
            var rest = _entries[sequence].IsMemory ? Rest.Memory : Rest.Durable;
            return Step<MailboxReply>.Of(new MailboxReply.Received([Claimed(sequence, command.Lease, now)]), rest);
        }

        foreach (var hash in command.Hashes)
        {
            _replies.Await(hash, command.Request, now);
        }

        return Step<MailboxReply>.Of(MailboxReply.Received.Nothing, Rest.Memory);
    }

    internal Step<MailboxReply> ForgetReply(MailboxCommand.ForgetReply command)
    {
        foreach (var hash in command.Hashes)
        {
            _replies.StopAwaiting(hash, command.Request);
        }

        // What came in the very last moment, and was not taken, goes the ordinary way.
        if (_replies.TryFind(command.Request, out var sequence)
            && _leases.TryGet(sequence, out var lease) && lease.Status == LeaseStatus.Reserved)
        {
            GiveBack(sequence, 0, 0);
        }

        return Step<MailboxReply>.Of(MailboxReply.Done.Instance, Rest.Memory);
    }

    private long? FindReply(MailboxCommand.ClaimReply command, long now)
    {
        if (IsAnswered(command.Request, now) && _replies.TryFind(command.Request, out var bound))
        {
            return bound;
        }

        if (command.Earlier)
        {
            foreach (var hash in command.Hashes)
            {
                foreach (var sequence in _replies.FindAll(hash))
                {
                    if (CanBeShown(sequence, now))
                    {
                        _replies.Bind(sequence, command.Request);
                        return sequence;
                    }
                }
            }
        }

        return null;
    }

    /// <summary>Whether a request has its reply: a later message, though it carries the same, is none.</summary>
    private bool IsAnswered(ulong request, long now) => _replies.TryFind(request, out var bound) && CanBeShown(bound, now);

    private bool CanBeShown(long sequence, long now)
    {
        ref readonly var entry = ref _entries[sequence];
        return entry.Body != 0 && (entry.State == EntryState.Done || (entry.State == EntryState.Held && entry.Expires > now));
    }

    /// <summary>The reply on a lease; where another receiver holds it, or it was acknowledged, a copy that cannot be acknowledged.</summary>
    private LeasedMessage Claimed(long sequence, TimeSpan lease, long now)
    {
        ref readonly var entry = ref _entries[sequence];
        var isOut = _leases.TryGet(sequence, out var held) && held.Status == LeaseStatus.Held;
        return entry.State == EntryState.Held && !isOut
            ? Deliver(sequence, lease, now)
            : new LeasedMessage("", sequence, entry.Attempts + 1, DateTimeOffset.FromUnixTimeMilliseconds(entry.At), entry.Body, TopicOf(in entry));
    }

    private void Reserve(long sequence, ulong request, long now)
    {
        var until = now + (long)_limits.ReplyTicket.TotalMilliseconds;
        _replies.Bind(sequence, request);
        _leases.Set(sequence, LeaseStatus.Reserved, until, next: true);
        _leaseEnds.Add(sequence, until);
        _effects.Add(new Effect.Signal(request));
    }
}
