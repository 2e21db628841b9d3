using Hms.Domain.Entities;

namespace Hms.Domain.Tests.Topics.Model;

/// <content>What happens by itself, until nothing does any more.</content>
internal sealed partial class TopicWorld
{
    // Within this all that was interrupted must have been taken up again.
    private const long Soon = 20_000;
    private const int TurnsMax = 5_000;
    private const int WakesAtOnceMax = 20;

    private void Finish()
    {
        for (var topic = 0; topic < _topics.Length; topic++)
        {
            End(topic);
        }

        ComeToRest(Soon);
        CheckAllHeard();
        CheckNoLeak();
        CrashAll();

        // What is late may be very late.
        while (_late.Count > 0)
        {
            HearLate(0, again: false);
            CheckStep();
        }

        ComeToRest(long.MaxValue / 4);
        CheckAllHeard();
        CheckNoLeak();
        EmptyMailboxes();
        ComeToRest(Soon);
        CheckNoLeak();
        Assert.Empty(_topics.SelectMany(topic => topic.Store.Bodies));
        Assert.Empty(_mailboxes.SelectMany(mailbox => mailbox.Store.Bodies));

        // Nobody subscribes and nobody holds anything: nobody is remembered.
        Assert.Empty(_topics.SelectMany(topic => topic.Store.Rows).Where(row => row.Key.Kind == 'm').Select(row => row.Key));
    }

    /// <summary>Goes on for a time, with whatever happens in it.</summary>
    private void ComeToRest(long withinMs)
    {
        var (until, turns, wakesAtOnce) = (_now + withinMs, 0, 0);
        while (true)
        {
            while (Work())
            {
                CheckStep();
                Assert.True(++turns < TurnsMax, "it never comes to rest");
            }

            var next = _entities.Where(entity => entity.WakeAt is not null).MinBy(entity => entity.WakeAt);
            if (next is null || next.WakeAt > until)
            {
                return;
            }

            wakesAtOnce = next.WakeAt > _now ? 0 : wakesAtOnce + 1;
            Assert.True(wakesAtOnce < WakesAtOnceMax, $"{next.Key} is woken again and again at one time");
            Assert.True(++turns < TurnsMax, "it never comes to rest");
            _now = Math.Max(_now, next.WakeAt!.Value);
            next.Wake(_now);
            CheckStep();
        }
    }

    /// <summary>What hosts and feeders do without being asked; false where there is nothing.</summary>
    private bool Work()
    {
        var works = false;
        foreach (var entity in _entities.Where(entity => entity.IsDirty))
        {
            entity.Commit();
            works = true;
        }

        works |= SayAll();
        for (var topic = 0; topic < _topics.Length; topic++)
        {
            var settles = _topics[topic].Signals.Contains(Effect.Signal.Ended);
            if (settles || _topics[topic].Signals.Contains(Effect.Signal.Ready))
            {
                Feed(topic);
                works = true;
            }

            if (settles)
            {
                Settle(topic);
            }
        }

        return works || (_drains && Drain());
    }

    private bool Drain()
    {
        var before = _held.Sum(mailbox => mailbox.Holds.Count);
        for (var mailbox = 0; mailbox < Mailboxes; mailbox++)
        {
            Receive(mailbox, int.MaxValue, 60_000);
            Ack(mailbox, Receipts(mailbox, 0, int.MaxValue));
        }

        return _held.Sum(mailbox => mailbox.Holds.Count) < before;
    }

    private void EmptyMailboxes()
    {
        for (var mailbox = 0; mailbox < Mailboxes; mailbox++)
        {
            _mailboxes[mailbox].Decide(new Domain.Mailboxes.MailboxCommand.Close(), _now);
            Purge(mailbox);
            CheckStep();
        }
    }

    /// <summary>Whoever subscribes has heard everything, or was told that it is lost.</summary>
    private void CheckAllHeard()
    {
        foreach (var log in _logs)
        {
            foreach (var (supervisor, subscription) in log.Subscribers)
            {
                var mailbox = _held[Array.IndexOf(Names, supervisor)];
                var stamps = mailbox.Stamps(log).Where(stamp => log.Of(stamp).Number == subscription.Number).ToArray();
                var heardTo = stamps.Length == 0 ? subscription.Start : mailbox.HeardUpTo(log, Assert.Single(stamps));
                mailbox.AssertNothingMissed(log, heardTo + 1, log.Last);
            }
        }
    }

    /// <summary>No body is kept that is neither retained nor held.</summary>
    private void CheckNoLeak()
    {
        var held = _held.SelectMany(mailbox => mailbox.Holds.Values).ToHashSet();
        for (var topic = 0; topic < _topics.Length; topic++)
        {
            var log = _logs[topic];
            var retained = log.Log.Where(message => message.Sequence >= log.First).Select(message => message.Body);
            var leaked = _topics[topic].Store.Bodies.Keys.Except(retained).Where(body => !held.Contains(body)).ToArray();
            Assert.True(leaked.Length == 0, $"bodies {string.Join(", ", leaked)} of {log.Name} are kept for nobody");
        }
    }
}
