using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Topics;

namespace Hms.Domain.Tests.Topics.Model;

/// <content>Topics hand out, mailboxes hear.</content>
internal sealed partial class TopicWorld
{
    private readonly SimFeeder[] _feeders;
    private readonly List<(string Supervisor, MailboxCommand.Hear Hear)> _late = [];
    private readonly Dictionary<long, (long From, long UpTo)> _losses = [];

    private void DoFeeding(TopicOp op)
    {
        switch (op)
        {
            case TopicOp.BeginRound begin:
                Begin(begin.Topic, settles: false);
                break;
            case TopicOp.BeginSettling begin:
                Begin(begin.Topic, settles: true);
                break;
            case TopicOp.Hand hand:
                Hand(hand.Topic, hand.Pick, hand.Loses);
                break;
            case TopicOp.End end:
                End(end.Topic);
                break;
            case TopicOp.Late late:
                HearLate(late.Pick, late.Again);
                break;
            case TopicOp.Feed feed:
                End(feed.Topic);
                Feed(feed.Topic);
                break;
            case TopicOp.Settle settle:
                End(settle.Topic);
                Settle(settle.Topic);
                break;
            default:
                throw new InvalidOperationException($"what is {op}?");
        }
    }

    private bool Begin(int topic, bool settles)
    {
        if (!_feeders[topic].IsIdle)
        {
            return false;
        }

        TopicCommand ask = settles ? new TopicCommand.NextSettling() : new TopicCommand.NextRound();
        var step = _topics[topic].Decide(ask, _now);
        if (step.Rest == Rest.Durable)
        {
            _topics[topic].Commit();
        }

        var (feeds, upTo) = step.Reply switch
        {
            TopicReply.Settling settling => (settling.Feeds, (long?)settling.UpTo),
            TopicReply.Round round => (round.Feeds, null),
            _ => throw new InvalidOperationException($"{ask} is answered by {step}"),
        };
        foreach (var feed in feeds)
        {
            _logs[topic].HandOut(feed.Supervisor, feed.Feed);
        }

        _feeders[topic].Begin(feeds, upTo);
        if (feeds.Count == 0 && settles)
        {
            _topics[topic].Decide(_feeders[topic].Results(), _now);
            _feeders[topic].Abandon();
        }

        return feeds.Count > 0;
    }

    private bool Hand(int topic, int pick, bool loses)
    {
        if (!_feeders[topic].TryTake(pick, out var at, out var feed))
        {
            return false;
        }

        var hear = new MailboxCommand.Hear(feed.Feed, _feeders[topic].IsSettling);
        var cursor = Hear(feed.Supervisor, hear, loses);
        _feeders[topic].Handed(at, loses ? null : cursor);
        if (loses)
        {
            _late.Add((feed.Supervisor, hear));
        }

        return true;
    }

    private void End(int topic)
    {
        if (!_feeders[topic].IsIdle)
        {
            var results = _feeders[topic].Results();
            _late.AddRange(_feeders[topic].Abandon());
            _topics[topic].Decide(results, _now);
        }
    }

    private void HearLate(int pick, bool again)
    {
        if (_late.Count > 0)
        {
            var (supervisor, hear) = _late[pick % _late.Count];
            if (!again)
            {
                _late.RemoveAt(pick % _late.Count);
            }

            Hear(supervisor, hear, loses: false);
        }
    }

    /// <summary>Rounds until nobody is to be fed.</summary>
    private bool Feed(int topic)
    {
        _topics[topic].Signals.Remove(Effect.Signal.Ready);
        var rounds = 0;
        for (; Begin(topic, settles: false); rounds++)
        {
            Assert.True(rounds < 1_000, $"{_logs[topic].Name} never has fed everybody");
            HandAll(topic);
        }

        return rounds > 0;
    }

    private void Settle(int topic)
    {
        _topics[topic].Signals.Remove(Effect.Signal.Ended);
        if (Begin(topic, settles: true))
        {
            HandAll(topic);
        }
    }

    private void HandAll(int topic)
    {
        while (Hand(topic, 0, loses: false))
        {
            CheckStep();
        }

        End(topic);
    }

    /// <summary>Hands something to a mailbox as its entity does: where something was lost, it is told of that.</summary>
    private long? Hear(string supervisor, MailboxCommand.Hear hear, bool loses)
    {
        var number = Array.IndexOf(Names, supervisor);
        var step = _mailboxes[number].Decide(hear, _now);
        if (step.Reply is not MailboxReply.Heard heard)
        {
            return null;
        }

        TakeOver(number, hear);
        if (step.Rest == Rest.Durable)
        {
            _mailboxes[number].Commit();
        }

        if (heard.Cursor >= hear.Feed.First - 1 || hear.Notice is not null)
        {
            return heard.Cursor;
        }

        var body = ++_bodies;
        _losses.Add(body, (heard.Cursor + 1, hear.Feed.First - 1));
        var told = hear with { Notice = new LossNotice(heard.Cursor, body, new MessageBody("lost"u8.ToArray(), null)) };
        if (loses)
        {
            _late.Add((supervisor, told));
            return null;
        }

        return Hear(supervisor, told, loses: false);
    }

    /// <summary>Takes over what has come into a mailbox, and checks it against the log.</summary>
    private void TakeOver(int mailbox, MailboxCommand.Hear hear)
    {
        var (feed, truth) = (hear.Feed, _held[mailbox]);
        var topic = _logs.Single(log => log.Name == feed.Topic);
        foreach (var (sequence, body) in Held(mailbox).Where(held => !truth.Holds.ContainsKey(held.Sequence)))
        {
            if (_losses.TryGetValue(body, out var lost))
            {
                Assert.True(lost.UpTo < topic.First, $"{lost} are said to be lost, and are there");
                truth.Took(sequence, body, new Heard(feed.Topic, feed.Stamp, lost.From, lost.UpTo, IsLoss: true));
                continue;
            }

            var message = topic.Log.Single(logged => logged.Body == body);
            Assert.True(message.Source != Names[mailbox], $"{Names[mailbox]} hears itself");
            truth.Took(sequence, body, new Heard(feed.Topic, feed.Stamp, message.Sequence, message.Sequence, IsLoss: false));
        }

        var stamps = truth.Stamps(topic);
        Assert.Equal(stamps.Order(), stamps);
        foreach (var stamp in stamps)
        {
            truth.HeardUpTo(topic, stamp);
        }
    }
}
