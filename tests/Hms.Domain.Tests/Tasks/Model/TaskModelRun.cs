using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks.Model;

/// <summary>
/// Runs a task beside what is known of it from outside: who has it, in which attempt, and what it waits for. What it said before a crash that
/// lost it was never said.
/// </summary>
internal sealed class TaskModelRun
{
    private static readonly string[] Workers = ["w1", "w2", "w3"];
    private readonly TaskRun _run;
    private readonly TaskRig _rig = new() { ChecksMessages = false };
    private readonly Dictionary<string, long> _sessions = Workers.ToDictionary(worker => worker, _ => 1L);
    private readonly List<OutboxMessage> _unsaid = [];
    private readonly List<OutboxMessage> _said = [];
    private World _now = new(TaskPhase.Waiting, "w1", 0, 0, [], [], false, long.MaxValue);
    private World _durable;
    private int _messages;

    private TaskModelRun(TaskRun run)
    {
        _run = run;
        var names = Enumerable.Range(1, run.Dependencies).Select(i => $"d{i}").ToArray();
        _rig.Create(
            TaskRig.Order with
            {
                Dependencies = names,
                Retry = new TaskRetry(run.Attempts, run.Reassign),
                TimeoutMs = run.HasTimeout ? 1_000 : null,
            },
            [.. names.Select(_ => TaskPhase.Running)]);
        Hear();
        _now = _now with { Pending = names };
        Assign("w1");
        _rig.Decide(new TaskCommand.Await("x"));
        Hear();
        Commit();
        _durable = _now;
    }

    public static void Check(TaskRun run)
    {
        var both = new TaskModelRun(run);
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

        both.Finish();
    }

    private bool IsFinal => _now.Phase.IsFinal();
    private bool IsSeeking => _now.Phase == TaskPhase.Waiting && _now.Pending.Length == 0;

    private void Step(TaskOp op)
    {
        switch (op)
        {
            case TaskOp.TimePasses:
                _rig.Now += 400;
                return;
            case TaskOp.Commit:
                Commit();
                return;
            case TaskOp.Crash:
                _rig.Crash();
                _now = _durable;
                _unsaid.Clear();
                break;
            default:
                if (_now.Deadline <= _rig.Now)
                {
                    _now = _now with { Phase = TaskPhase.TimedOut, Deadline = long.MaxValue };
                }

                Decide(op);
                Hear();
                break;
        }

        CheckState();
        if (_run.CommitsEachStep)
        {
            Commit();
        }
    }

    private void Decide(TaskOp op)
    {
        switch (op)
        {
            case TaskOp.Accept or TaskOp.Report or TaskOp.Complete or TaskOp.Fail or TaskOp.Reject:
                Tell(Enum.Parse<TaskChange>($"{op}"));
                break;
            case TaskOp.ReportOfEarlierAttempt:
                Assert.Equal(ErrorCode.Conflict, _rig.Tell(TaskChange.Complete, _now.Assignee, _now.Generation - 1).Fault?.Code);
                break;
            case TaskOp.ReportByAnother:
                Assert.Equal(ErrorCode.Forbidden, _rig.Tell(TaskChange.Complete, "nobody").Fault?.Code);
                break;
            case TaskOp.Repeat when _now.Heard.LastOrDefault() is { By: var by, Id: var id }:
                Assert.IsType<TaskReply.Repeated>(_rig.Tell(TaskChange.Complete, by, id: id).Reply);
                break;
            case TaskOp.Cancel:
                Assert.Equal(IsFinal ? ErrorCode.Conflict : null, _rig.Decide(new TaskCommand.Cancel(null, null)).Fault?.Code);
                End(TaskPhase.Cancelled);
                break;
            case TaskOp.DependencyCompletes or TaskOp.DependencyFails:
                EndDependency(op == TaskOp.DependencyCompletes);
                break;
            case TaskOp.AssigneeDies:
                Lose();
                break;
            case TaskOp.EarlierSessionEnds:
                _rig.Decide(new TaskCommand.EndSession(_now.Assignee, _now.Session - 1));
                break;
            case TaskOp.Search when IsSeeking:
                Search();
                break;
            case TaskOp.SearchInVain:
                _rig.Decide(new TaskCommand.GiveUp());
                _now = IsSeeking && _now.IsOpen ? _now with { Phase = TaskPhase.Failed } : _now;
                break;
            case TaskOp.StaleSearch:
                // What was found for an earlier attempt: who has been tried, and may not have it again.
                var before = _now.Tried.Where(tried => !(_now.MayRepeat && tried == _now.Assignee)).FirstOrDefault();
                _rig.Found(new SessionView(before ?? "stranger", before is null ? 1 : _sessions[before], before is not null));
                break;
            default:
                _rig.Decide(new TaskCommand.Wake());
                break;
        }
    }

    private void Tell(TaskChange change)
    {
        var id = $"r{++_messages}";
        var next = TaskTable.Next(_now.Phase, change);
        Assert.Equal(next is null ? ErrorCode.Conflict : null, _rig.Tell(change, _now.Assignee, id: id).Fault?.Code);
        if (next is null)
        {
            return;
        }

        _now = _now with { Heard = [.. _now.Heard, new Heard(_now.Assignee, id)] };
        var isRetried = _now.Generation < _run.Attempts && (change == TaskChange.Fail || (change == TaskChange.Reject && _run.Reassign));
        if (isRetried)
        {
            TryAgain(mayRepeat: change == TaskChange.Fail);
        }
        else if (next.Value.IsFinal())
        {
            End(next.Value);
        }
        else
        {
            var isAlive = change == TaskChange.Report && _run.HasTimeout;
            _now = _now with { Phase = next.Value, Deadline = isAlive ? _rig.Now + 1_000 : _now.Deadline };
        }
    }

    private void EndDependency(bool completes)
    {
        var ended = _now.Pending.FirstOrDefault() ?? "d1";
        _rig.Decide(new TaskCommand.DependencyEnded(ended, completes) { Candidate = new SessionView(_now.Assignee, _sessions[_now.Assignee], true) });
        var wasPending = _now.Pending.Contains(ended);
        _now = _now with { Pending = [.. _now.Pending.Where(pending => pending != ended)] };
        if (wasPending && !completes)
        {
            End(TaskPhase.Failed);
        }
        else if (IsSeeking && !_now.IsOpen)
        {
            Assign(_now.Assignee);
        }
    }

    private void Lose()
    {
        var lost = _now.Assignee;
        _rig.Decide(new TaskCommand.EndSession(lost, _sessions[lost]));
        if (_now.Phase is TaskPhase.Assigned or TaskPhase.Accepted or TaskPhase.Running && _now.Session <= _sessions[lost])
        {
            if (_run.Reassign && _now.Generation < _run.Attempts)
            {
                TryAgain(mayRepeat: false);
            }
            else
            {
                End(TaskPhase.Failed);
            }
        }

        _sessions[lost]++;
    }

    private void Search()
    {
        var found = !_now.IsOpen ? _now.Assignee
            : Workers.Except(_now.Tried).FirstOrDefault() ?? (_now.MayRepeat ? _now.Assignee : null);
        if (found is null)
        {
            _rig.Decide(new TaskCommand.GiveUp());
            End(TaskPhase.Failed);
        }
        else
        {
            _rig.Found(new SessionView(found, _sessions[found], true));
            Assign(found);
        }
    }

    private void Assign(string to)
    {
        if (IsSeeking)
        {
            _now = _now with
            {
                Phase = TaskPhase.Assigned,
                Assignee = to,
                Session = _sessions[to],
                Generation = _now.Generation + 1,
                Deadline = _run.HasTimeout ? _rig.Now + 1_000 : long.MaxValue,
            };
        }
    }

    private void TryAgain(bool mayRepeat) => _now = _now with
    {
        Phase = TaskPhase.Waiting,
        Tried = _run.Reassign ? [.. _now.Tried.Append(_now.Assignee).Distinct()] : [],
        MayRepeat = _run.Reassign && mayRepeat,
        Deadline = long.MaxValue,
    };

    private void End(TaskPhase phase) =>
        _now = IsFinal ? _now : _now with { Phase = phase, Deadline = long.MaxValue, Pending = [] };

    private void Hear() => _unsaid.AddRange(_rig.Sent);

    private void Commit()
    {
        _rig.Commit();
        _durable = _now;
        _said.AddRange(_unsaid);
        _unsaid.Clear();
    }

    private void CheckState()
    {
        if (_now.Deadline <= _rig.Now)
        {
            _now = _now with { Phase = TaskPhase.TimedOut, Deadline = long.MaxValue };
        }

        var record = _rig.Record;
        Hear();
        Assert.Equal((_now.Phase, _now.Assignee, _now.Generation), (record.Phase, record.Assignee, record.Generation));
        Assert.Equal(_now.Deadline == long.MaxValue ? null : _now.Deadline, record.DeadlineAt?.ToUnixTimeMilliseconds());
        Assert.Equal(IsSeeking, _rig.State.Seeks is not null);
        Assert.Equal(IsSeeking, _rig.State.DurableWake == DateTimeOffset.UnixEpoch);
        Assert.True(!IsSeeking || _rig.Signals.Contains(TaskState.SeekSignal), "seeks, but asked nobody to look");
        Assert.True(_now.Deadline == long.MaxValue || IsSeeking || _rig.State.DurableWake?.ToUnixTimeMilliseconds() <= _now.Deadline);
        Assert.True(record.History.Count(happened => happened.Phase.IsFinal()) == (IsFinal ? 1 : 0), "one end, once");
    }

    /// <summary>Of all that was ever said: one end for who depends on it, and an assignment for each attempt.</summary>
    private void Finish()
    {
        Commit();
        Assert.Equal(
            IsFinal ? [new OutboxMessage.TaskEnded("x", "t", _now.Phase == TaskPhase.Completed)] : [], _said.OfType<OutboxMessage.TaskEnded>());
        var generations = _said.OfType<OutboxMessage.Post>().Select(Posted.Of).Where(post => post.Type == "task_assignment").Select(post => post.Number("generation"));
        Assert.Equal(Enumerable.Range(1, (int)_now.Generation).Select(generation => (long)generation), generations);
        var revisions = _said.OfType<OutboxMessage.IndexTask>().Select(said => said.Revision);
        Assert.Equal(revisions.Order().Distinct(), revisions);
    }

    private sealed record World(
        TaskPhase Phase, string Assignee, long Session, long Generation, string[] Pending, string[] Tried, bool MayRepeat, long Deadline)
    {
        public Heard[] Heard { get; init; } = [];

        public bool IsOpen => Tried.Length > 0;
    }

    private sealed record Heard(string By, string Id);
}
