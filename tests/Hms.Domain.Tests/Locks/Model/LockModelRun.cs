using System.Globalization;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Domain.Locks;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Locks.Model;

/// <summary>Runs the machine beside the model, and compares them after every step; and what is told to anybody with what may ever be told.</summary>
internal sealed class LockModelRun
{
    private static readonly string[] Owners = ["a", "b", "c", "x"];
    private readonly LockRig _rig = new(new LockLimits { Common = new CoordinationLimits { DedupWindow = TimeSpan.FromDays(1) } }) { ChecksMessages = false };
    private readonly LockModel _model = new();
    private readonly long[] _sessions = [1, 1, 1, 0];
    private readonly bool[] _alive = [true, true, true, false];
    private readonly Dictionary<int, long> _since = [];
    private readonly List<Action> _untold = [];
    private readonly bool _commitsEachStep;
    private LockOp.Request? _latest;
    private int _requests;
    private long _tokenTold;
    private (string Owner, string? Instance) _toldTo;

    private LockModelRun(bool commitsEachStep) => _commitsEachStep = commitsEachStep;

    public static void Check(LockRun run)
    {
        var both = new LockModelRun(run.CommitsEachStep);
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

    private void Step(LockOp op)
    {
        switch (op)
        {
            case LockOp.Advance advance:
                _rig.Now += advance.Ms;
                return;
            case LockOp.Die die:
                _alive[die.Owner] = false;
                return;
            case LockOp.Register register:
                _sessions[register.Owner] += _alive[register.Owner] ? 0 : 1;
                _alive[register.Owner] = true;
                return;
            case LockOp.Commit:
                Commit();
                return;
            case LockOp.Crash:
                _rig.Crash();
                _model.Crash();
                _untold.Clear();
                break;
            default:
                Decide(op);
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
        _rig.Commit();
        _model.Commit();
        _untold.ForEach(told => told());
        _untold.Clear();
    }

    private void Decide(LockOp op)
    {
        var view = ViewFor(op);
        _model.Begin(_rig.Now);
        switch (op)
        {
            case LockOp.Try it when IsLiving(it.Owner):
                Acquire(Asks(it.Owner, null, it.Lease), view);
                break;
            case LockOp.Wait it when IsLiving(it.Ticket % 4):
                Acquire(
                    Asks(it.Ticket % 4, it.Ticket >= 5 ? "p" : null, it.Lease) with { Ticket = (ulong)it.Ticket, Since = _since.GetValueOrDefault(it.Ticket) },
                    view);
                break;
            case LockOp.Request it when IsLiving(it.Owner):
                _latest = it;
                Request(it, $"{++_requests}", view);
                break;
            case LockOp.Repeat when _latest is { } it && IsLiving(it.Owner):
                Request(it, $"{_requests}", view);
                break;
            case LockOp.Renew it:
                Settle(new LockCommand.Renew(Owners[it.Owner], _model.Token - it.Offset, it.Lease) { Head = view }, it.Owner, it.Offset, () => _model.Renew(it.Lease, _rig.Now));
                break;
            case LockOp.Release it:
                Settle(new LockCommand.Release(Owners[it.Owner], _model.Token - it.Offset) { Head = view }, it.Owner, it.Offset, _model.Release);
                break;
            case LockOp.Leave it:
                _rig.Ask<LockReply.Done>(new LockCommand.Leave((ulong)it.Ticket) { Head = view });
                _since.Remove(it.Ticket);
                _model.Leave((ulong)it.Ticket);
                break;
            case LockOp.Tell it:
                var upTo = _alive[it.Owner] ? _sessions[it.Owner] - 1 : _sessions[it.Owner];
                _rig.Ask<LockReply.Done>(new LockCommand.EndSession(Owners[it.Owner], upTo) { Head = view });
                _model.End(Owners[it.Owner], upTo, _rig.Now);
                break;
            default:
                _rig.Look(view);
                break;
        }

        _model.Pass(view, _rig.Now);
        CheckSaid();
    }

    private ModelWaiter Asks(int owner, string? instance, long lease) =>
        new(Owners[owner], instance, lease, owner == 0 ? 300 : 0, _sessions[owner], 0, 0, _rig.Now, 0, null);

    private void Request(LockOp.Request it, string message, SessionView? view)
    {
        if (_model.WasSeen(message))
        {
            Assert.IsType<LockReply.Repeated>(_rig.Decide(CommandOf(Asks(it.Owner, null, it.Lease) with { Message = message }, it.WaitMs, view)).Reply);
            return;
        }

        var asks = Asks(it.Owner, null, it.Lease) with { Message = message, Until = _rig.Now + it.WaitMs };
        Acquire(asks, view, it.WaitMs);
    }

    private void Acquire(ModelWaiter asks, SessionView? view, long waitMs = 0)
    {
        var answer = _rig.Ask<LockReply.Answer>(CommandOf(asks, waitMs, view));
        asks = asks with { Since = asks.Since > 0 ? asks.Since : Ticks };
        var (granted, position) = _model.Acquire(asks, view, _rig.Now);
        Assert.Equal((granted, position), (answer.Value.Granted, answer.Value.QueuePosition));
        if (granted)
        {
            Assert.Equal((_model.Holder!.Token, _model.Holder.Until), (answer.Value.FencingToken, answer.Value.ExpiresAt!.Value.ToUnixTimeMilliseconds()));
            Tell(asks.Owner, asks.Instance, answer.Value.FencingToken);
        }
        else if (asks.Ticket != 0)
        {
            _untold.Add(() => _since[(int)asks.Ticket] = answer.Since);
        }
    }

    private static LockCommand.Acquire CommandOf(ModelWaiter asks, long waitMs, SessionView? view) =>
        new(new LockBid(asks.Owner, asks.Lease) { Instance = asks.Instance, LockDelayMs = asks.Delay }, asks.Session)
        {
            Ticket = asks.Ticket,
            Since = asks.Since,
            By = asks.Message is { } message ? LockRig.Message(asks.Owner, message) : null,
            WaitMs = waitMs,
            Head = view,
        };

    private void Settle(LockCommand command, int owner, int offset, Action settle)
    {
        var step = _rig.Decide(command);
        if (_model.Holds(Owners[owner], _model.Token - offset))
        {
            Assert.Null(step.Fault);
            settle();
        }
        else
        {
            Assert.Equal(_model.IsKnown ? ErrorCode.Conflict : ErrorCode.DestinationNotFound, step.Fault?.Code);
        }
    }

    /// <summary>Every token told is higher than all told before, unless it is that of the same grant.</summary>
    private void Tell(string owner, string? instance, long token) => _untold.Add(() =>
    {
        Assert.True(
            token > _tokenTold || (token == _tokenTold && _toldTo == (owner, instance)),
            $"{owner} was told the token {token}, and {_toldTo} before the token {_tokenTold}");
        (_tokenTold, _toldTo) = (token, (owner, instance));
    });

    private void CheckSaid()
    {
        var (answers, losses) = (new List<Posted>(), new List<Posted>());
        foreach (var post in _rig.Posts)
        {
            (post.Id.StartsWith("answer_", StringComparison.Ordinal) ? answers : losses).Add(post);
        }

        AssertSame(_model.Answers, answers.Select(post => (post.To, post.Answers[2..], post.Flag("granted"))));
        AssertSame(_model.Losses, losses.Select(post => (post.To, post.Number("fencing_token"), post.Text("cause")!)));
        foreach (var granted in answers.Where(post => post.Flag("granted")))
        {
            Tell(granted.To, null, granted.Number("fencing_token"));
        }

        foreach (var attached in _rig.Sent.OfType<OutboxMessage.Attach>())
        {
            var owner = Array.IndexOf(Owners, attached.Supervisor);
            Assert.True(attached.Session == _sessions[owner] && _alive[owner], $"{attached} although its session is over");
        }
    }

    private void CheckState()
    {
        var now = _rig.Now;
        _model.Begin(now);
        var step = _rig.Decide(new LockCommand.Describe());
        Assert.Equal(_model.IsKnown, step.Fault is null);
        var record = (step.Reply as LockReply.Described)?.Record;
        if (record is not null)
        {
            Assert.True(_model.Waiting.SequenceEqual(record.Waiters), $"{string.Join(' ', record.Waiters)} wait, but {string.Join(' ', _model.Waiting)} should");
            Assert.Equal((_model.Holder?.Owner, _model.Holder?.Instance, _model.Token), (record.Holder, record.Instance, record.FencingToken));
            Assert.Equal(_model.Holder?.Until, record.ExpiresAt?.ToUnixTimeMilliseconds());
        }

        var before = _model.Holder;
        _model.Pass(null, now);
        CheckSaid();
        Assert.True(_model.Holder == before || _model.Holder!.Session == 0, "granted without a look at the session");
        AssertNotLater(_model.NextDeadline(durable: false), _rig.State.NextWake);
        AssertNotLater(_model.NextDeadline(durable: true), _rig.State.DurableWake);
        if (_model.Holder is null && _model.Waiting.Count > 0 && record?.ClosedUntil is null)
        {
            Assert.Contains(LockState.OfferSignal, _rig.Signals);
        }
    }

    // Looked at by hand, since it nearly always is.
    private static void AssertSame<T>(IReadOnlyCollection<T> should, IEnumerable<T> said)
    {
        if (!should.Order().SequenceEqual(said.Order()))
        {
            Assert.Equal(should.Order(), said.Order());
        }
    }

    private static void AssertNotLater(long deadline, DateTimeOffset? wake)
    {
        if (deadline < long.MaxValue)
        {
            Assert.True(wake?.ToUnixTimeMilliseconds() <= deadline, string.Create(CultureInfo.InvariantCulture, $"wakes at {wake}, but {deadline} is the next deadline"));
        }
    }

    private long Ticks => DateTimeOffset.FromUnixTimeMilliseconds(_rig.Now).UtcTicks;

    private bool IsLiving(int owner) => owner == 3 || _alive[owner];

    private SessionView? ViewFor(LockOp op)
    {
        var owner = op.View switch
        {
            1 => _rig.State.Heir is { } heir ? Array.IndexOf(Owners, heir.Supervisor) : -1,
            2 => (int)(_rig.Now % 3),
            _ => -1,
        };
        return owner < 0 ? null : new SessionView(Owners[owner], _sessions[owner], _alive[owner]);
    }
}
