using Hms.Domain.Entities;

namespace Hms.Domain.Topics;

/// <content>
/// What leaves the log, and its bodies. Every mailbox that may hold some of it is told, answers what it holds, and tells when that
/// goes: a body is deleted when nobody holds it.
/// </content>
public sealed partial class TopicState
{
    // A topic over its limit goes this part of it below, so that it does not go over with the next message.
    private const int Parts = 16;

    // Overdue messages go together: the oldest waits up to this part of its age.
    private const int AgeParts = 64;

    // Of what is overdue so much goes together; the rest follows when its bodies are deleted.
    private const int RetiredAtOnce = 32_768;

    private long NextRetention => _first > Last || IsRetiring ? long.MaxValue : OldestAt() + AgeMs + (AgeMs / AgeParts);

    private long AgeMs => (long)_limits.RetentionAge.TotalMilliseconds;

    private bool IsRetiring => _retiring.UpTo >= _retiring.From && _retiring.From > 0;

    /// <summary>Does what is overdue: messages leave the log, ids are forgotten.</summary>
    internal void ExpireOverdue(long now)
    {
        if (NextRetention <= now)
        {
            RetireUpTo(sequence => _entries[sequence].At + AgeMs <= now);
        }

        Forget(now);
    }

    internal Step<TopicReply> Held(TopicCommand.Held command)
    {
        if (_subscribers.TryGetValue(command.Supervisor, out var subscriber) && subscriber.Answered < command.UpTo)
        {
            foreach (var sequence in command.Sequences)
            {
                if (_entries.Contains(sequence) && _entries[sequence].State == LogState.Retired)
                {
                    _entries[sequence].SourceOrHolders++;
                    _entries.Touch(sequence);
                }
            }

            _answersMissing -= IsRetiring && subscriber.Answered < _retiring.UpTo && command.UpTo >= _retiring.UpTo ? 1 : 0;
            subscriber.Answered = command.UpTo;
            Touch(subscriber);
            ForgetIfDone(subscriber);
            FinishRetiring();
        }

        return Step<TopicReply>.Of(TopicReply.Done.Instance);
    }

    internal Step<TopicReply> Release(TopicCommand.Release command)
    {
        foreach (var sequence in command.Sequences)
        {
            if (!_entries.Contains(sequence) || _entries[sequence] is not { State: LogState.Retired, SourceOrHolders: > 0 })
            {
                continue;
            }

            _entries[sequence].SourceOrHolders--;
            _entries.Touch(sequence);
            if (!IsRetiring || sequence < _retiring.From)
            {
                DeleteIfUnheld(sequence);
            }
        }

        return Step<TopicReply>.Of(TopicReply.Done.Instance);
    }

    private void RetireWhatIsTooMuch()
    {
        if (_bytes <= _limits.RetentionBytes && _retained <= _limits.RetentionMessages)
        {
            return;
        }

        var bytes = _limits.RetentionBytes - (_limits.RetentionBytes / Parts);
        var messages = _limits.RetentionMessages - (_limits.RetentionMessages / Parts);
        RetireUpTo(sequence => sequence < Last && (_bytes > bytes || _retained > messages));
    }

    private void RetireUpTo(Func<long, bool> goes)
    {
        if (IsRetiring)
        {
            return;
        }

        var from = _first;
        for (; _first <= Last && _first < from + RetiredAtOnce; _first++)
        {
            if (!_entries.Contains(_first))
            {
                continue;
            }

            if (!goes(_first))
            {
                break;
            }

            ref var entry = ref _entries[_first];
            _bytes -= entry.Length;
            _retained--;
            entry.State = LogState.Retired;
            entry.SourceOrHolders = 0;
            _entries.Touch(_first);
        }

        if (_first > from)
        {
            BeginRetiring(from);
        }
    }

    private void BeginRetiring(long from)
    {
        _retiring = (from, _first - 1);
        Changes.Touch(Standing);
        foreach (var subscriber in _subscribers.Values)
        {
            _answersMissing++;
            _effects.Add(new Effect.Send(new OutboxMessage.Retire(subscriber.Name, _name, _retiring.UpTo)));
        }

        FinishRetiring();
    }

    private void FinishRetiring()
    {
        if (!IsRetiring || _answersMissing > 0)
        {
            return;
        }

        var (from, upTo) = _retiring;
        _retiring = (0, upTo);
        Changes.Touch(Standing);
        for (var sequence = from; sequence <= upTo; sequence++)
        {
            DeleteIfUnheld(sequence);
        }
    }

    private void DeleteIfUnheld(long sequence)
    {
        if (!_entries.Contains(sequence) || _entries[sequence] is not { State: LogState.Retired, SourceOrHolders: 0 })
        {
            return;
        }

        ref var entry = ref _entries[sequence];
        Changes.DeleteBody(entry.Body);
        entry.Body = 0;
        entry.State = LogState.Gone;
        _entries.Touch(sequence);
        if (sequence < _rememberedFrom)
        {
            Free(sequence);
        }
    }

    private long OldestAt()
    {
        for (var sequence = _first; sequence <= Last; sequence++)
        {
            if (_entries.Contains(sequence))
            {
                return _entries[sequence].At;
            }
        }

        return long.MaxValue / 2;
    }
}
