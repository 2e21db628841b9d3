using System.Runtime.InteropServices;
using Hms.Domain.Entities;
using Hms.Domain.Topics;
using Hms.Protocol;

namespace Hms.Domain.Mailboxes;

/// <content>What a mailbox subscribes to, and what it hears from topics (sections 4.2, 4.4).</content>
public sealed partial class MailboxState
{
    // What the decision under way is done with of topics that no longer retain it: each topic is told of all of it at once.
    private readonly Dictionary<string, List<long>> _released = new(StringComparer.Ordinal);

    internal Step<MailboxReply> Subscribe(MailboxCommand.Subscribe command)
    {
        if (!_open)
        {
            return NotRegistered();
        }

        if (!_subscriptions.Contains(command.Topic) && _subscriptions.Count >= _limits.SubscriptionsMax)
        {
            return Step<MailboxReply>.Refuse(new Fault(
                ErrorCode.RateLimited, $"{_name} has {_limits.SubscriptionsMax:N0} subscriptions, which is the limit"));
        }

        return Step<MailboxReply>.Of(new MailboxReply.Changed(AddSubscription(command.Topic, command.From) ? 1 : 0));
    }

    internal Step<MailboxReply> Unsubscribe(MailboxCommand.Unsubscribe command)
    {
        if (!_open)
        {
            return NotRegistered();
        }

        if (!_subscriptions.Contains(command.Topic))
        {
            return Step<MailboxReply>.Refuse(new Fault(
                ErrorCode.DestinationNotFound, $"{_name} does not subscribe to {command.Topic}"));
        }

        RemoveSubscription(command.Topic);
        return Step<MailboxReply>.Of(MailboxReply.Done.Instance);
    }

    /// <summary>
    /// Takes what a topic hands over, as far as there is room. What the mailbox has of it already is passed over, so a repetition does no
    /// harm. Nobody waits for it to be durable: until it is, the topic's log stands for it.
    /// </summary>
    internal Step<MailboxReply> Hear(MailboxCommand.Hear command, long now)
    {
        if (!_open)
        {
            return NotRegistered();
        }

        var feed = command.Feed;
        var cursor = _cursors.FindOrAdd(feed.Topic);
        if (feed.Stamp > cursor.Stamp)
        {
            (cursor.Stamp, cursor.Sequence) = (feed.Stamp, feed.Start);
            _cursors.Touch(cursor);
        }

        var told = false;
        if (feed.Stamp == cursor.Stamp)
        {
            told = TakeLoss(cursor, command, now);
            TakeItems(cursor, feed);
        }

        return Step<MailboxReply>.Of(
            new MailboxReply.Heard(cursor.Sequence, told),
            command.Durable ? Rest.Durable : Rest.Memory);
    }

    /// <summary>
    /// Notes up to where a topic retains nothing, and answers what of that is held. Each of them is told of again when it goes: then
    /// its body can go as well.
    /// </summary>
    internal Step<MailboxReply> Retire(MailboxCommand.Retire command)
    {
        var cursor = _cursors.FindOrAdd(command.Topic);
        var held = new List<long>();
        foreach (var sequence in cursor.Entries > 0 ? _entries.Sequences() : [])
        {
            ref readonly var entry = ref _entries[sequence];
            if (entry.IsFromTopic && (long)entry.BodyHash == cursor.Number
                && (long)entry.IdHigh > cursor.RetiredTo && (long)entry.IdHigh <= command.UpTo)
            {
                held.Add((long)entry.IdHigh);
            }
        }

        cursor.RetiredTo = Math.Max(cursor.RetiredTo, command.UpTo);
        _cursors.Touch(cursor);
        _effects.Add(new Effect.Send(new OutboxMessage.Held(command.Topic, _name, command.UpTo, held)));
        return Step<MailboxReply>.Of(MailboxReply.Done.Instance);
    }

    private bool AddSubscription(string topic, long? from)
    {
        if (!_subscriptions.Add(topic))
        {
            return false;
        }

        Changes.Touch(RowKey.Of(SubscriptionRow, topic));
        _effects.Add(new Effect.Send(TopicPattern.IsPattern(topic)
            ? new OutboxMessage.SubscribePattern(topic, _name, from)
            : new OutboxMessage.Subscribe(topic, _name, Pattern: "", from)));
        return true;
    }

    private void RemoveSubscription(string topic)
    {
        _subscriptions.Remove(topic);
        Changes.Touch(RowKey.Of(SubscriptionRow, topic));
        _effects.Add(new Effect.Send(TopicPattern.IsPattern(topic)
            ? new OutboxMessage.UnsubscribePattern(topic, _name)
            : new OutboxMessage.Unsubscribe(topic, _name, Pattern: "")));
    }

    /// <summary>Counts what retention removed before it came here: one dead letter tells of all of it.</summary>
    private bool TakeLoss(TopicCursor cursor, MailboxCommand.Hear command, long now)
    {
        if (cursor.Sequence >= command.Feed.First - 1 || command.Notice is not { } notice || notice.After != cursor.Sequence)
        {
            return false;
        }

        cursor.Sequence = command.Feed.First - 1;
        _cursors.Touch(cursor);
        var sequence = _entries.Append(new Entry
        {
            Body = notice.BodyId,
            At = now,
            Length = notice.Body.Message.Length,
            State = EntryState.Held,
            IdLow = (uint)notice.BodyId,
        });
        Changes.AddBody(notice.BodyId, notice.Body);
        Hold(sequence, in _entries[sequence]);
        Bury(sequence, DeadReason.Retention, null, now);
        return true;
    }

    private void TakeItems(TopicCursor cursor, Feed feed)
    {
        // A gap is what was lost, and must be told of first.
        if (cursor.Sequence < feed.Base || cursor.Sequence >= feed.UpTo)
        {
            return;
        }

        var before = cursor.Sequence;
        var isAll = true;
        foreach (ref readonly var item in FeedItem.Unpack(feed.Items))
        {
            if (item.Sequence <= cursor.Sequence)
            {
                continue;
            }

            // What the topic has retired since it handed this over is lost as well.
            var isRetired = item.Sequence <= cursor.RetiredTo;
            if (isRetired || _held >= _limits.DepthMax || _heldBytes + item.Length > _limits.BytesMax)
            {
                isAll = false;
                break;
            }

            cursor.Sequence = item.Sequence;
            if (item.Source != _nameHash)
            {
                Add(cursor, in item);
            }
        }

        cursor.Sequence = isAll ? feed.UpTo : cursor.Sequence;
        if (cursor.Sequence != before)
        {
            _cursors.Touch(cursor);
        }
    }

    private void Add(TopicCursor cursor, in FeedItem item)
    {
        var sequence = _entries.Append(new Entry
        {
            IdHigh = (ulong)item.Sequence,
            BodyHash = (ulong)cursor.Number,
            IdLow = (uint)item.Body,
            Body = item.Body,
            At = item.At,
            Ttl = item.TtlMs,
            Length = item.Length,
            State = EntryState.Held,
            IsFromTopic = true,
            IsMemory = true,
            Priority = item.Priority,
        });
        cursor.Entries++;
        Hold(sequence, in _entries[sequence]);
        _ready[(int)item.Priority].Add(sequence);
        _ready[(int)item.Priority].Compact(_held, _isReady);
        SignalReady();
    }

    /// <summary>Done with a topic's message: nothing is left of it here, and its body goes when the topic says so.</summary>
    private void FinishTopics(long sequence)
    {
        ref readonly var entry = ref _entries[sequence];
        var cursor = _cursors[(long)entry.BodyHash];
        if ((long)entry.IdHigh <= cursor.RetiredTo)
        {
            ref var released = ref CollectionsMarshal.GetValueRefOrAddDefault(_released, cursor.Topic, out _);
            (released ??= []).Add((long)entry.IdHigh);
        }

        cursor.Entries--;
        _entries.Free(sequence);
    }

    private string? TopicOf(in Entry entry) => entry.IsFromTopic ? _cursors[(long)entry.BodyHash].Topic : null;
}
