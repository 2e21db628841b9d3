using System.Text.Json;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tasks;

/// <content>How a task comes to its assignee, and to the next one.</content>
public sealed partial class TaskState
{
    /// <summary>Asks whoever hosts the task to look for who is to do it (<see cref="Seeks"/>), and to wake the task with what it finds.</summary>
    public const ulong SeekSignal = 3;

    internal Step<TaskReply> Create(TaskCommand.Create command)
    {
        if (command.By is { } by && _seen.Find(by, _now) is { } before)
        {
            return Repeated(before);
        }

        if (IsKnown)
        {
            return IsSame(_order!, command.Order) ? Described(created: false) : Conflict($"the task {_id} is another one");
        }

        (_order, _traits, _message) = (command.Order with { TaskId = _id }, command.Traits, command.Message);
        (_assignee, _createdAt, _phase) = (command.Order.Assignee, _now, TaskPhase.Waiting);
        Changes.Touch(RowKey.Of(HeaderRow));
        Changes.Touch(RowKey.Of(OrderRow));
        if (!_message.IsEmpty)
        {
            Changes.Touch(RowKey.Of(MessageRow));
        }

        if (command.By is { } stamp)
        {
            _seen.Add(stamp, _now);
        }

        Note(_order.Assigner, null);
        AwaitAll(command.Dependencies);
        return Described(created: true);
    }

    /// <summary>Gives the task to who was found for it, where it waits for nothing else.</summary>
    /// <param name="candidate">Who was found; null where nobody was looked for.</param>
    /// <param name="wasSought">Whether all were looked at, and not the assignee alone.</param>
    internal void TryAssign(SessionView? candidate, bool wasSought)
    {
        if (Seeks is not { } wanted)
        {
            return;
        }

        if (candidate is not { } found || !Suits(found.Supervisor, wanted, wasSought))
        {
            _effects.Add(new Effect.Signal(SeekSignal));
        }
        else if (found.IsAlive)
        {
            Assign(found);
        }
        else if (_order!.Retry.Reassign && wanted.Preferred.Length > 0)
        {
            SeekAnother(mayRepeat: false);
            _effects.Add(new Effect.Signal(SeekSignal));
        }
        else if (wanted.Preferred.Length > 0)
        {
            End(TaskChange.LoseAssignee, Names.MetaSupervisor, $"the session of {found.Supervisor} has ended", "assignee_lost");
        }
        else
        {
            // Who was found has gone since.
            _effects.Add(new Effect.Signal(SeekSignal));
        }
    }

    // What was found for an earlier attempt may come late, so that it is looked at again.
    private bool Suits(string found, Wanted wanted, bool wasSought) => wanted.Preferred.Length > 0
        ? found == wanted.Preferred
        : wasSought && (!_tried.Contains(found) || (_mayRepeat && found == _assignee));

    internal Step<TaskReply> GiveUp()
    {
        if (Seeks is { Preferred.Length: 0 })
        {
            End(TaskChange.LoseAssignee, Names.MetaSupervisor, "nobody is left who could do it", "assignee_lost");
        }

        return Step<TaskReply>.Of(TaskReply.Done.Instance);
    }

    internal Step<TaskReply> EndSession(TaskCommand.EndSession command)
    {
        _ties.Ended(command.Supervisor, command.UpTo);
        var isItsOwn = IsKnown && command.Supervisor == _assignee && _session > 0 && _session <= command.UpTo;
        if (!isItsOwn || TaskTable.Next(_phase, TaskChange.TryAgain) is null)
        {
            return Step<TaskReply>.Of(TaskReply.Done.Instance);
        }

        var reason = $"the session of {_assignee} has ended";
        CallOff(reason);
        if (_order!.Retry.Reassign && _generation < _order.Retry.AttemptsMax)
        {
            TryAgain(Names.MetaSupervisor, reason, mayRepeat: false);
        }
        else
        {
            End(TaskChange.LoseAssignee, Names.MetaSupervisor, reason, "assignee_lost");
        }

        return Step<TaskReply>.Of(TaskReply.Done.Instance);
    }

    private void Assign(SessionView to)
    {
        _assignee = to.Supervisor;
        _session = to.Number;
        _generation++;
        _progress = 0;
        _deadline = _order!.TimeoutMs is { } timeout ? Later(timeout) : long.MaxValue;
        Move(TaskChange.Assign, Names.MetaSupervisor, null);
        _ties.Attach(_assignee, _session, _now, _effects);
        var isAsSent = !_message.IsEmpty && _generation == 1 && _assignee == _order.Assignee;
        _ties.Post(
            isAsSent
                ? new OutboxMessage.Post(_assignee, _message)
                : _notices.Make(_assignee, "task_assignment", _order.Priority, _now, WriteAssignment, _order.TimeoutMs),
            _now,
            _effects);
    }

    /// <summary>The attempt is over, and there is a further one: by the same, or by another where that was allowed.</summary>
    private void TryAgain(string by, string reason, bool mayRepeat)
    {
        _deadline = long.MaxValue;
        Move(TaskChange.TryAgain, by, reason);
        if (_order!.Retry.Reassign)
        {
            SeekAnother(mayRepeat);
        }
    }

    private void SeekAnother(bool mayRepeat)
    {
        _tried.Add(_assignee);
        _isOpenToAll = true;
        _mayRepeat = mayRepeat;
        Changes.Touch(RowKey.Of(HeaderRow));
    }

    /// <summary>A time from now; never, where no calendar reaches it.</summary>
    private long Later(long milliseconds) =>
        milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() - _now ? _now + milliseconds : long.MaxValue;

    private void WriteAssignment(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("task_id"u8, _id);
        json.WriteString("task_type"u8, _order!.TaskType);
        json.WritePropertyName("parameters"u8);
        json.WriteRawValue(_order.Parameters.IsEmpty ? "{}"u8 : _order.Parameters.Span, skipInputValidation: true);
        json.WriteStartArray("dependencies"u8);
        foreach (var dependency in _order.Dependencies)
        {
            json.WriteStringValue(dependency);
        }

        json.WriteEndArray();
        if (_order.TimeoutMs is { } timeout)
        {
            json.WriteNumber("timeout"u8, timeout);
        }

        json.WriteString("priority"u8, _order.Priority.WireName());
        json.WriteString("assigner"u8, _order.Assigner);
        json.WriteNumber("generation"u8, _generation);
        json.WriteEndObject();
    }

    private static bool IsSame(TaskOrder one, TaskOrder other) =>
        one.Assigner == other.Assigner && one.Assignee == other.Assignee && one.TaskType == other.TaskType
        && one.TimeoutMs == other.TimeoutMs && one.Priority == other.Priority && one.Retry == other.Retry
        && one.Dependencies.SequenceEqual(other.Dependencies, StringComparer.Ordinal)
        && one.Parameters.Span.SequenceEqual(other.Parameters.Span);
}
