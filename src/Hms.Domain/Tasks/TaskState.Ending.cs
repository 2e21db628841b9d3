using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tasks;

/// <content>What the assignee says, how a task ends, and who waits for that.</content>
public sealed partial class TaskState
{
    internal Step<TaskReply> Tell(TaskCommand.Tell command)
    {
        if (!IsKnown)
        {
            return Unknown();
        }

        if (_seen.Find(command.Stamp, _now) is { } before)
        {
            return Repeated(before);
        }

        if (command.Generation is { } generation && generation != _generation)
        {
            return Conflict($"the task {_id} is in attempt {_generation}, not {generation}");
        }

        if (command.By != _assignee)
        {
            return Step<TaskReply>.Refuse(new Fault(ErrorCode.Forbidden, $"{command.By} is not the assignee of the task {_id}"));
        }

        if (TaskTable.Next(_phase, command.Change) is null)
        {
            return Conflict($"the task {_id} is {_phase.WireName()}");
        }

        _seen.Add(command.Stamp, _now);
        PassOn(command);
        Take(command);
        return Step<TaskReply>.Of(TaskReply.Done.Instance);
    }

    internal Step<TaskReply> Cancel(TaskCommand.Cancel command)
    {
        if (!IsKnown)
        {
            return Unknown();
        }

        if (command.Stamp is { } stamp)
        {
            if (_seen.Find(stamp, _now) is { } before)
            {
                return Repeated(before);
            }

            if (command.By != _order!.Assigner)
            {
                return Step<TaskReply>.Refuse(new Fault(ErrorCode.Forbidden, $"{command.By} is not the assigner of the task {_id}"));
            }
        }

        if (TaskTable.Next(_phase, TaskChange.Cancel) is null)
        {
            return Conflict($"the task {_id} is {_phase.WireName()}");
        }

        var wasAssigned = _phase != TaskPhase.Waiting;
        var by = command.By ?? _order!.Assigner;
        End(TaskChange.Cancel, by, command.Reason, "");
        if (command.Stamp is { } first)
        {
            _seen.Add(first, _now);
        }

        if (wasAssigned && !command.Message.IsEmpty)
        {
            _ties.Post(new OutboxMessage.Post(_assignee, command.Message), _now, _effects);
        }
        else if (wasAssigned)
        {
            TellCancellation(_assignee, by, command.Reason);
        }

        if (by != _order!.Assigner)
        {
            TellCancellation(_order.Assigner, by, command.Reason);
        }

        return Described(created: false);
    }

    internal Step<TaskReply> Await(TaskCommand.Await command)
    {
        if (!IsKnown || _phase.IsFinal())
        {
            _effects.Add(new Effect.Send(new OutboxMessage.TaskEnded(command.Dependent, _id, IsKnown && _phase == TaskPhase.Completed)));
        }
        else if (_dependents.Add(command.Dependent))
        {
            Changes.Touch(RowKey.Of(DependentRow, command.Dependent));
        }

        return Step<TaskReply>.Of(TaskReply.Done.Instance);
    }

    internal Step<TaskReply> DependencyEnded(TaskCommand.DependencyEnded command)
    {
        if (_pending.Remove(command.Dependency))
        {
            Changes.Touch(RowKey.Of(PendingRow, command.Dependency));
            if (!command.Completed && _phase == TaskPhase.Waiting)
            {
                End(TaskChange.LoseDependency, Names.MetaSupervisor, $"the task {command.Dependency}, on which it depends, has not completed", "dependency_failed");
            }
        }

        return Step<TaskReply>.Of(TaskReply.Done.Instance);
    }

    private void AwaitAll(IReadOnlyList<TaskPhase> phases)
    {
        for (var i = 0; i < phases.Count; i++)
        {
            var dependency = _order!.Dependencies[i];
            if (phases[i].IsFinal() && phases[i] != TaskPhase.Completed)
            {
                End(TaskChange.LoseDependency, Names.MetaSupervisor, $"the task {dependency}, on which it depends, has not completed", "dependency_failed");
                return;
            }

            if (phases[i] != TaskPhase.Completed && _pending.Add(dependency))
            {
                Changes.Touch(RowKey.Of(PendingRow, dependency));
                _effects.Add(new Effect.Send(new OutboxMessage.AwaitTask(dependency, _id)));
            }
        }
    }

    private void Take(TaskCommand.Tell command)
    {
        switch (command.Change)
        {
            case TaskChange.Report:
                _progress = command.Progress ?? _progress;
                _deadline = _order!.TimeoutMs is { } timeout ? Later(timeout) : long.MaxValue;
                Move(command.Change, command.By, null);
                break;
            case TaskChange.Complete:
                _result = command.Result;
                _progress = 1;
                Changes.Touch(RowKey.Of(ResultRow));
                End(command.Change, command.By, null, "");
                break;
            case TaskChange.Fail or TaskChange.Reject when MayTryAgain(command.Change):
                TryAgain(command.By, command.Error ?? "", mayRepeat: command.Change == TaskChange.Fail);
                break;
            case TaskChange.Fail or TaskChange.Reject:
                _errorCode = command.ErrorCode;
                End(command.Change, command.By, command.Error ?? "", "");
                break;
            default:
                Move(command.Change, command.By, null);
                break;
        }
    }

    /// <summary>Who has turned a task down is not asked again; another may be.</summary>
    private bool MayTryAgain(TaskChange change) =>
        _generation < _order!.Retry.AttemptsMax && (change == TaskChange.Fail || _order.Retry.Reassign);

    /// <summary>The task ends, once; who depends on it is told, and its assigner where the assignee has not said so itself.</summary>
    private void End(TaskChange change, string by, string? reason, string code)
    {
        _deadline = long.MaxValue;
        Move(change, by, reason);
        if (_phase != TaskPhase.Completed)
        {
            _error = reason ?? "";
            _errorCode = code.Length > 0 ? Utf8($"\"{code}\"") : _errorCode;
            Changes.Touch(RowKey.Of(ErrorRow));
        }

        foreach (var dependent in _dependents)
        {
            _effects.Add(new Effect.Send(new OutboxMessage.TaskEnded(dependent, _id, _phase == TaskPhase.Completed)));
            Changes.Touch(RowKey.Of(DependentRow, dependent));
        }

        _dependents.Clear();
        TouchAll(PendingRow, _pending);
        _pending.Clear();
        if (code.Length > 0)
        {
            TellFailure(reason!, code);
        }

        _effects.Add(new Effect.Signal(Effect.Signal.Ended));
    }

    /// <summary>Passes a report on to whom it was sent, and to the assigner.</summary>
    private void PassOn(TaskCommand.Tell command)
    {
        if (command.SentTo.Length > 0)
        {
            _ties.Post(new OutboxMessage.Post(command.SentTo, command.Message), _now, _effects);
        }

        if (command.SentTo != _order!.Assigner && Names.IsSupervisor(_order.Assigner))
        {
            _ties.Post(new OutboxMessage.Post(_order.Assigner, command.Message), _now, _effects);
        }
    }

    /// <summary>Tells the assignee that it need not go on; it may hear that only when it is back.</summary>
    private void CallOff(string reason) => TellCancellation(_assignee, Names.MetaSupervisor, reason);

    private void TellCancellation(string to, string by, string? reason)
    {
        if (!Names.IsSupervisor(to))
        {
            return;
        }

        var notice = _notices.Make(to, "task_cancellation", _order!.Priority, _now, json =>
        {
            json.WriteStartObject();
            json.WriteString("task_id"u8, _id);
            json.WriteString("assigner"u8, _order.Assigner);
            json.WriteString("by"u8, by);
            if (reason is not null)
            {
                json.WriteString("reason"u8, reason);
            }

            json.WriteNumber("generation"u8, _generation);
            json.WriteEndObject();
        });
        _ties.Post(notice, _now, _effects);
    }

    private void TellFailure(string error, string code)
    {
        if (!Names.IsSupervisor(_order!.Assigner))
        {
            return;
        }

        var notice = _notices.Make(_order.Assigner, "task_failure", _order.Priority, _now, json =>
        {
            json.WriteStartObject();
            json.WriteString("task_id"u8, _id);
            json.WriteString("assigner"u8, _order.Assigner);
            json.WriteString("assignee"u8, _assignee);
            json.WriteString("error"u8, error);
            json.WriteString("error_code"u8, code);
            json.WriteNumber("generation"u8, _generation);
            json.WriteEndObject();
        });
        _ties.Post(notice, _now, _effects);
    }
}
