using System.Text;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes.Model;

/// <summary>Runs the machine beside the model, and compares them after every step.</summary>
internal sealed partial class ModelRun
{
    private readonly MailboxLimits _limits;
    private readonly MailboxRig _rig;
    private readonly MailboxModel _model;
    private readonly string[] _foreign;
    private readonly bool _commitsEachStep;

    public ModelRun(Run run)
    {
        _limits = new MailboxLimits
        {
            DepthMax = run.Tight ? 6 : 1_000,
            BytesMax = run.Tight ? 90 : 1_000_000,
            AttemptsMax = 3,
            SubscriptionsMax = run.Tight ? 2 : 1_000,
            DeadLettersMax = run.Tight ? 3 : 1_000,
            DedupWindow = TimeSpan.FromMinutes(1),
            DedupMax = run.Tight ? 4 : 1_000,

            // None where the cap on ids cuts in: what it takes with it is not the model's to know.
            RepliesMax = run.Tight ? 0 : 2,
            AgeingInterval = run.Ageing ? TimeSpan.FromSeconds(1) : null,
        };
        _commitsEachStep = run.CommitsEachStep;
        _rig = new MailboxRig(_limits, open: false);
        _model = new MailboxModel(_limits);

        // Another mailbox holds the same messages under the same sequences.
        var other = new MailboxRig(name: "genetic", activation: 99);
        for (var id = 0; id < 19; id++)
        {
            other.Ask<MailboxReply.Enqueued>(other.Message($"{id}"));
        }

        _foreign = [.. other.Receive().Select(message => message.Receipt)];
        Step(new Op.Open());
    }

    public static void Check(Run run)
    {
        var both = new ModelRun(run);
        for (var i = 0; i < run.Ops.Length; i++)
        {
            try
            {
                both.Step(run.Ops[i]);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"step {i}, {run.Ops[i]}: {e.Message}", e);
            }
        }
    }

    private void Step(Op op)
    {
        switch (op)
        {
            case Op.Advance advance:
                _rig.Advance(advance.Ms);
                return;
            case Op.Commit:
                Commit();
                return;
            case Op.Crash:
                _rig.Crash();
                _model.Crash();
                break;
            default:
                _model.Begin(_rig.Now);
                Decide(op);
                _model.MarkBeyondCap();
                break;
        }

        CheckState();
        if (_commitsEachStep)
        {
            Commit();
        }
    }

    private void Commit()
    {
        _rig.Store.Commit(_rig.State);
        _model.Commit();
        foreach (var message in _model.Messages)
        {
            var isStored = _rig.Store.Bodies.ContainsKey(message.Body);
            Assert.True(isStored == message.HasBody || (message.MayBeForgotten && !isStored), $"body {message.Body}: stored {isStored}");
        }

        var known = _model.Messages.Select(message => message.Body);
        Assert.Empty(_rig.Store.Bodies.Keys.Except(known));
    }

    private void CheckState()
    {
        var state = _rig.State;
        var (held, leased) = (_model.Held.Count(), _model.Held.Count(message => message.IsOut));
        Assert.Equal((held - leased, leased, _model.Dead.Count()), (state.Ready, state.Leased, state.DeadLetters));
        Assert.Equal(_model.IsOpen, state.IsOpen);
        AssertNotLater(_model.NextDeadline(), state.NextWake);
        AssertNotLater(_model.NextDurableDeadline(), state.DurableWake);
    }

    private static void AssertNotLater(long deadline, DateTimeOffset? wake)
    {
        if (deadline <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            Assert.True(wake?.ToUnixTimeMilliseconds() <= deadline, $"wakes at {wake}, but {deadline} is the next deadline");
        }
    }

    private void Decide(Op op)
    {
        var now = _rig.Now;
        var step = op is Op.Send send ? Send(send, now) : _rig.Decide(CommandOf(op));
        Compare(op, step, now);
        var said = step.Effects.OfType<Effect.Send>().Select(effect => effect.Message).ToArray();
        Assert.Equal(
            _model.Expired
                .Select(expired => new OutboxMessage.ReportExpiry("runtime", expired.Sequence, expired.Body, now))
                .Order(BySequence),
            said.OfType<OutboxMessage.ReportExpiry>().Order(BySequence));
        Assert.Equal(_model.Told, said.Where(message => message is not OutboxMessage.ReportExpiry));
        Assert.True(
            step.Effects.Count(effect => effect is Effect.Signal { What: Effect.Signal.Ready }) >= _model.MadeReady,
            "not all were told of what is ready");
        Assert.True(
            _model.HasEnded <= step.Effects.Count(effect => effect is Effect.Signal { What: Effect.Signal.Ended }),
            "who waits for the end of what it holds was not told");
    }

    private static readonly Comparer<OutboxMessage.ReportExpiry> BySequence =
        Comparer<OutboxMessage.ReportExpiry>.Create((a, b) => a.Sequence.CompareTo(b.Sequence));

    private Step<MailboxReply> Send(Op.Send op, long now)
    {
        var text = $"{{\"body\":{op.Body}}}";
        var id = op.ByKey ? Fingerprint.OfIdempotencyKey("analysis", $"{op.Id}") : Fingerprint.OfId("analysis", $"{op.Id}");
        var command = new MailboxCommand.Enqueue
        {
            BodyId = _rig.NextBody,
            Body = new MessageBody(Encoding.UTF8.GetBytes(text), null),
            Id = id,
            BodyHash = (ulong)op.Body,
            FirstId = op.ByKey ? $"first of {op.Id}" : null,
            ReplyHash = (ulong)op.Reply,
            Priority = op.Priority,
            TtlMs = op.Ttl,
            IsMemory = op.Memory,
            IsBeyondLimits = op.Beyond,
        };
        var step = _rig.Decide(command);
        var message = new ModelMessage(0, id.ToString(), op.Body, command.BodyId, op.Priority, op.Ttl, op.Memory)
        {
            FirstId = command.FirstId,
            Length = text.Length,
            Reply = op.Reply,
        };
        var reservedFor = _model.Send(message, op.Beyond, step.Reply, step.Fault, now);
        if (step.Reply is MailboxReply.Enqueued { Duplicate: false })
        {
            Assert.Equal(op.Memory ? Rest.Memory : Rest.Durable, step.Rest);
        }

        var signalled = step.Effects.OfType<Effect.Signal>()
            .Where(signal => signal.What is not (Effect.Signal.Ready or Effect.Signal.Ended)).Select(signal => signal.What);
        Assert.Equal(reservedFor == 0 ? [] : [RequestOf(reservedFor)], signalled);
        return step;
    }

    private void Compare(Op op, Step<MailboxReply> step, long now)
    {
        switch (op)
        {
            case Op.Receive or Op.Claim or Op.Redrive or Op.Count or Op.Subscribe or Op.Unsubscribe when !_model.IsOpen:
            case Op.Purge or Op.ListDead when !_model.IsKnown:
                Assert.Equal(ErrorCode.DestinationNotFound, step.Fault?.Code);
                break;
            case Op.Receive receive:
                Received(receive, step, now);
                break;
            case Op.Claim claim:
                var claimed = ((MailboxReply.Received)step.Reply!).Messages;
                _model.Claim(
                    claim.Request, claim.Replies, claim.Earlier, claimed.Count == 0 ? null : Assert.Single(claimed), claim.Lease, now);
                break;
            case Op.Forget forget:
                _model.Forget(forget.Request, forget.Replies);
                break;
            case Op.Ack or Op.Nack or Op.Return or Op.Extend:
                Settled(op, (MailboxReply.Settled)step.Reply!, now);
                break;
            case Op.Redrive redrive:
                Assert.Equal(new MailboxReply.Changed(_model.Redrive(Sequences(redrive), now)), step.Reply);
                break;
            case Op.Purge:
                Assert.Equal(new MailboxReply.Changed(_model.Purge(now)), step.Reply);
                break;
            case Op.Count:
                var leased = _model.Held.Count(message => message.IsOut);
                Assert.Equal(new MailboxReply.Counts(_model.Held.Count() - leased, leased, _model.Dead.Count()), step.Reply);
                break;
            case Op.ListDead list:
                var dead = _model.Dead.Where(message => message.Sequence > list.After).OrderBy(message => message.Sequence).ToArray();
                var listed = (MailboxReply.DeadLetterList)step.Reply!;
                Assert.Equal(dead.Length > list.Limit, listed.More);
                Assert.Equal(dead.Take(list.Limit).Select(Shown), listed.Messages);
                break;
            case Op.Subscribe subscribe when _model.Subscribe(subscribe.Topic, subscribe.From) is { } isNew:
                Assert.Equal(new MailboxReply.Changed(isNew ? 1 : 0), step.Reply);
                break;
            case Op.Subscribe:
                Assert.Equal(ErrorCode.RateLimited, step.Fault?.Code);
                break;
            case Op.Unsubscribe unsubscribe:
                Assert.Equal(_model.Unsubscribe(unsubscribe.Topic) ? null : ErrorCode.DestinationNotFound, step.Fault?.Code);
                break;
            case Op.Open:
                _model.Open();
                break;
            case Op.Close:
                _model.Close(now);
                break;
        }
    }

    private void Received(Op.Receive receive, Step<MailboxReply> step, long now)
    {
        var expected = _model.NextUp(receive.Max, now);
        var got = ((MailboxReply.Received)step.Reply!).Messages;
        Assert.Equal(expected.Select(message => message.Sequence), got.Select(message => message.Sequence));
        Assert.Equal(expected.All(message => message.Memory) ? Rest.Memory : Rest.Durable, step.Rest);
        for (var i = 0; i < got.Count; i++)
        {
            _model.Deliver(expected[i], got[i], receive.Lease, now);
        }
    }

    private void Settled(Op op, MailboxReply.Settled settled, long now)
    {
        var receipts = op switch
        {
            Op.Ack ack => Receipts(ack.Receipts),
            Op.Nack nack => Receipts(nack.Receipts),
            Op.Return give => Receipts(give.Receipts),
            Op.Extend extend => Receipts(extend.Receipts),
            _ => [],
        };
        var stale = _model.Settle(receipts, message =>
        {
            switch (op)
            {
                case Op.Ack:
                    _model.Ack(message, now);
                    break;
                case Op.Nack nack:
                    _model.Nack(message, nack.Delay, nack.Dead, nack.Reason, now);
                    break;
                case Op.Return:
                    _model.Return(message);
                    break;
                case Op.Extend extend:
                    MailboxModel.Extend(message, extend.Lease, now);
                    break;
            }
        });
        Assert.Equal(stale, settled.Stale);
        Assert.Equal(receipts.Length - stale.Count, settled.Count);
    }

    private static DeadMessage Shown(ModelMessage dead) =>
        new(dead.Sequence, dead.Reason!, MailboxRig.Time(dead.At), dead.Attempts, dead.Body);
}
