using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Topics;

/// <content>The log: publishing, reading, and what is known of ids.</content>
public sealed partial class TopicState
{
    private const int ForgottenAtOnce = 64;

    private long DedupMs => (long)_limits.DedupWindow.TotalMilliseconds;

    internal Step<TopicReply> Publish(TopicCommand.Publish command, long now)
    {
        if (!_open)
        {
            return NotThere();
        }

        var deliveries = _active - (_subscribers.TryGetValue(command.Source, out var source) && source.IsActive ? 1 : 0);
        if (_byId.TryGetValue(command.Id.High, out var known) && _entries[known].Id == command.Id && _entries[known].At + DedupMs > now)
        {
            return Known(command, known, deliveries);
        }

        var sequence = _entries.Append(new LogEntry
        {
            IdHigh = command.Id.High,
            IdLow = command.Id.Low,
            BodyHash = command.BodyHash,
            SourceOrHolders = Fingerprint.OfName(command.Source),
            Body = command.BodyId,
            At = now,
            Ttl = command.TtlMs,
            Length = command.Body.Message.Length,
            Priority = command.Priority,
            State = LogState.Retained,
        });
        Changes.AddBody(command.BodyId, command.Body);
        _byId[command.Id.High] = sequence;
        _bytes += command.Body.Message.Length;
        _retained++;
        if (command.FirstId is not null)
        {
            _firstIds[sequence] = command.FirstId;
            Changes.Touch(RowKey.Of(FirstIdRow, sequence));
        }

        RetireWhatIsTooMuch();
        _effects.Add(FeedSignal);
        return Step<TopicReply>.Of(
            new TopicReply.Published(sequence, deliveries, Duplicate: false, FirstId: null),
            command.IsMemory ? Rest.Memory : Rest.Durable);
    }

    internal Step<TopicReply> Read(TopicCommand.Read command)
    {
        if (!_open)
        {
            return NotThere();
        }

        var from = Math.Max(command.From, _first);
        var to = Math.Min(_entries.Next, from > _entries.Next ? from : from + command.Limit);
        var items = new List<LoggedMessage>();
        for (var sequence = from; sequence < to; sequence++)
        {
            // Numbers that a restart left out are not there.
            if (_entries.Contains(sequence))
            {
                ref readonly var entry = ref _entries[sequence];
                items.Add(new LoggedMessage(sequence, DateTimeOffset.FromUnixTimeMilliseconds(entry.At), entry.Body));
            }
        }

        return Step<TopicReply>.Of(new TopicReply.Messages(items, to, to < _entries.Next));
    }

    /// <summary>Forgets ids whose time is over: a few at most for each decision, so that none takes long.</summary>
    private void Forget(long now)
    {
        for (var forgotten = 0; forgotten < ForgottenAtOnce && _rememberedFrom < _entries.Next; forgotten++, _rememberedFrom++)
        {
            if (!_entries.Contains(_rememberedFrom))
            {
                continue;
            }

            ref readonly var entry = ref _entries[_rememberedFrom];
            if (entry.At + DedupMs > now && _byId.Count <= _limits.DedupMax)
            {
                return;
            }

            if (_byId.TryGetValue(entry.IdHigh, out var known) && known == _rememberedFrom)
            {
                _byId.Remove(entry.IdHigh);
            }

            if (entry.State == LogState.Gone)
            {
                Free(_rememberedFrom);
            }
        }
    }

    private void Free(long sequence)
    {
        if (_firstIds.Remove(sequence))
        {
            Changes.Touch(RowKey.Of(FirstIdRow, sequence));
        }

        _entries.Free(sequence);
    }

    private Step<TopicReply> Known(TopicCommand.Publish command, long sequence, int deliveries)
    {
        ref readonly var entry = ref _entries[sequence];
        return entry.BodyHash == command.BodyHash
            ? Step<TopicReply>.Of(new TopicReply.Published(sequence, deliveries, Duplicate: true, _firstIds.GetValueOrDefault(sequence)))
            : Step<TopicReply>.Refuse(new Fault(ErrorCode.Conflict, "this id was used before, with another body")
            {
                Record = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
                {
                    ["destination"] = _name == Names.Everybody ? _name : Names.TopicPrefix + _name,
                    ["sequence"] = sequence,
                    ["state"] = "published",
                    ["since"] = JsonText.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(entry.At)),
                }),
            });
    }
}
