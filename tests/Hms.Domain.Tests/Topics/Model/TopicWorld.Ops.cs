using System.Text;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Topics;

namespace Hms.Domain.Tests.Topics.Model;

/// <content>What the steps of a run do.</content>
internal sealed partial class TopicWorld
{
    private void Do(TopicOp op)
    {
        switch (op)
        {
            case TopicOp.Publish publish:
                Publish(publish);
                break;
            case TopicOp.Subscribe subscribe:
                _mailboxes[subscribe.Mailbox].Decide(new MailboxCommand.Subscribe(subscribe.Topic, subscribe.From), _now);
                break;
            case TopicOp.Unsubscribe unsubscribe:
                _mailboxes[unsubscribe.Mailbox].Decide(new MailboxCommand.Unsubscribe(unsubscribe.Topic), _now);
                break;
            case TopicOp.Open open:
                _mailboxes[open.Mailbox].Decide(new MailboxCommand.Open(), _now);
                break;
            case TopicOp.Close close:
                _mailboxes[close.Mailbox].Decide(new MailboxCommand.Close(), _now);
                break;
            case TopicOp.Receive receive:
                Receive(receive.Mailbox, receive.Max, receive.Lease);
                break;
            case TopicOp.Ack ack:
                Ack(ack.Mailbox, Receipts(ack.Mailbox, ack.Pick, ack.Count));
                break;
            case TopicOp.Nack nack:
                _mailboxes[nack.Mailbox].Decide(
                    new MailboxCommand.Nack(Receipts(nack.Mailbox, nack.Pick, 1), TimeSpan.Zero, nack.Dead, null), _now);
                break;
            case TopicOp.Purge purge:
                Purge(purge.Mailbox);
                break;
            case TopicOp.Redrive redrive:
                _mailboxes[redrive.Mailbox].Decide(new MailboxCommand.Redrive(null), _now);
                break;
            case TopicOp.Commit commit:
                _entities[commit.Entity].Commit();
                break;
            case TopicOp.Crash crash:
                Crash(crash.Entity, alone: true);
                break;
            case TopicOp.CrashAll:
                CrashAll();
                break;
            case TopicOp.Passivate passivate:
                Passivate(passivate.Entity);
                break;
            case TopicOp.Say say:
                Say(say);
                break;
            case TopicOp.SayAll:
                while (SayAll())
                {
                    CheckStep();
                }

                break;
            case TopicOp.Wake wake:
                _entities[wake.Entity].Wake(_now);
                break;
            case TopicOp.Advance advance:
                _now += advance.Ms;
                break;
            default:
                DoFeeding(op);
                break;
        }
    }

    private void Publish(TopicOp.Publish op)
    {
        var (source, body) = (Names[op.Source], ++_bodies);
        _id = op.Id;
        _topics[op.Topic].Decide(
            new TopicCommand.Publish
            {
                BodyId = body,
                Body = new MessageBody(Encoding.ASCII.GetBytes(new string('x', op.Length)), null),
                Source = source,
                Id = Fingerprint.OfId(source, $"{op.Id}"),
                BodyHash = 1,
                TtlMs = op.Ttl,
                IsMemory = op.Memory,
            },
            _now);
    }

    private void Receive(int mailbox, int max, long lease)
    {
        var step = _mailboxes[mailbox].Decide(new MailboxCommand.Receive(max, TimeSpan.FromMilliseconds(lease)), _now);
        if (step.Reply is MailboxReply.Received received)
        {
            foreach (var message in received.Messages)
            {
                Assert.Equal(_held[mailbox].Holds[message.Sequence], message.Body);
                _receipts.Add((mailbox, message.Sequence, message.Receipt));
            }
        }
    }

    private string[] Receipts(int mailbox, int pick, int count)
    {
        var given = _receipts.Where(receipt => receipt.Mailbox == mailbox).Reverse().ToArray();
        return [.. given.Skip(given.Length == 0 ? 0 : pick % given.Length).Take(count).Select(receipt => receipt.Receipt)];
    }

    private void Ack(int mailbox, string[] receipts)
    {
        var settled = (MailboxReply.Settled)_mailboxes[mailbox].Decide(new MailboxCommand.Ack(receipts), _now).Reply!;
        foreach (var receipt in receipts.Except(settled.Stale))
        {
            _held[mailbox].Finished(_receipts.Find(given => given.Mailbox == mailbox && given.Receipt == receipt).Sequence);
        }
    }

    private void Purge(int mailbox)
    {
        var listed = _mailboxes[mailbox].Decide(new MailboxCommand.ListDeadLetters(0, int.MaxValue), _now).Reply;
        _mailboxes[mailbox].Decide(new MailboxCommand.PurgeDeadLetters(), _now);
        foreach (var dead in listed is MailboxReply.DeadLetterList list ? list.Messages : [])
        {
            _held[mailbox].Finished(dead.Sequence);
        }
    }

    private void Say(TopicOp.Say op)
    {
        var all = Sayable().ToArray();
        if (all.Length > 0)
        {
            Say(all[op.Pick % all.Length], op.Commits, op.Returns);
        }
    }

    private bool SayAll()
    {
        var all = Sayable().ToArray();
        Array.ForEach(all, next => Say(next, commits: true, returns: true));
        return all.Length > 0;
    }

    /// <summary>What may be said next, by whom and to whom: an outbox is carried in its order to each recipient.</summary>
    private IEnumerable<(SimEntity From, SimEntity To, long Number, OutboxMessage Message)> Sayable() =>
        from sender in _entities
        from recipient in _entities
        let next = sender.Outbox.Find(said => said.Message.To == recipient.Key)
        where next.Message is not null && next.Number <= sender.SaidTo
        select (sender, recipient, next.Number, next.Message);

    private void Say((SimEntity From, SimEntity To, long Number, OutboxMessage Message) next, bool commits, bool returns)
    {
        next.To.Hear(next.From.Key.ToString(), next.Number, next.Message, _now);
        if (commits)
        {
            next.To.Commit();
            if (returns)
            {
                next.From.Drop(next.Number);
            }
        }
    }

    private void Crash(int entity, bool alone)
    {
        _entities[entity].Crash(alone, _now);
        if (entity < Mailboxes)
        {
            _decided.Add(entity);
        }
    }

    private void CrashAll()
    {
        for (var entity = 0; entity < _entities.Length; entity++)
        {
            Crash(entity, alone: false);
            _entities[entity].Signals.Clear();
        }

        foreach (var feeder in _feeders)
        {
            _late.AddRange(feeder.Abandon());
        }
    }

    private void Passivate(int entity)
    {
        var isTopic = entity is >= Mailboxes and < Registry;
        if (!isTopic)
        {
            // Nobody takes up what mailboxes signal here.
            _entities[entity].Signals.Clear();
        }

        if (!isTopic || _feeders[entity - Mailboxes].IsIdle)
        {
            _entities[entity].TryPassivate();
        }
    }
}
