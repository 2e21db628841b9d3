using System.Buffers;
using System.Text;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tasks;

/// <content>How a task is stored.</content>
public sealed partial class TaskState
{
    private const char HeaderRow = 'h';
    private const char OrderRow = 'o';
    private const char MessageRow = 'm';
    private const char ResultRow = 'r';
    private const char ErrorRow = 'e';
    private const char PendingRow = 'd';
    private const char DependentRow = 'w';
    private const char EventRow = 'y';

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        switch (key.Kind)
        {
            case HeaderRow:
                LoadHeader(new RowReader(value));
                break;
            case OrderRow:
                LoadOrder(new RowReader(value));
                break;
            case MessageRow:
                _message = value.ToArray();
                break;
            case ResultRow:
                _result = value.ToArray();
                break;
            case ErrorRow:
                var row = new RowReader(value);
                var codeLength = (int)row.Number();
                _errorCode = row.Rest()[..codeLength].ToArray();
                _error = Encoding.UTF8.GetString(row.Rest().Span[codeLength..]);
                break;
            case PendingRow:
                _pending.Add(key.Name!);
                break;
            case DependentRow:
                _dependents.Add(key.Name!);
                break;
            case EventRow:
                _history.Add(key.Number, ReadEvent(new RowReader(value)));
                break;
            case SeenMessages.RowKind:
                _seen.Load(key.Number, value);
                break;
            case Ties.RowKind:
                _ties.Load(key.Name!, value);
                break;
            default:
                throw new InvalidDataException($"a task's row of kind '{key.Kind}' was written by another version");
        }
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        var row = new RowWriter(value);
        switch (key.Kind)
        {
            case HeaderRow:
                WriteHeader(row);
                return IsKnown;
            case OrderRow:
                return WriteOrder(row);
            case MessageRow:
                row.Rest(_message.Span);
                return !_message.IsEmpty;
            case ResultRow:
                row.Rest(_result.Span);
                return !_result.IsEmpty;
            case ErrorRow:
                row.Number(_errorCode.Length).Rest(_errorCode.Span);
                row.Rest(Utf8(_error ?? ""));
                return _error is not null;
            case PendingRow:
                return _pending.Contains(key.Name!);
            case DependentRow:
                return _dependents.Contains(key.Name!);
            case EventRow:
                return WriteEvent(row, key.Number);
            case SeenMessages.RowKind:
                return _seen.Write(key.Number, value);
            default:
                return _ties.Write(key.Name!, value);
        }
    }

    private void WriteHeader(RowWriter row) => row
        .Number((long)_phase).Text(_assignee).Number(_session).Number(_generation).Number(_deadline)
        .Number(BitConverter.DoubleToInt64Bits(_progress)).Flag(_mayRepeat).Flag(_isOpenToAll).Number(_revision).Number(_notices.Count).Texts(_tried);

    private void LoadHeader(RowReader row)
    {
        _phase = (TaskPhase)row.Number();
        _assignee = row.Text();
        _session = row.Number();
        _generation = row.Number();
        _deadline = row.Number();
        _progress = BitConverter.Int64BitsToDouble(row.Number());
        _mayRepeat = row.Flag();
        _isOpenToAll = row.Flag();
        _revision = row.Number();
        _notices.Count = row.Number();
        _tried.UnionWith(row.Texts());
    }

    private bool WriteOrder(RowWriter row)
    {
        if (_order is not { } order)
        {
            return false;
        }

        row.Number(_createdAt).Text(order.Assigner).Text(order.Assignee).Text(order.TaskType).Texts([.. order.Dependencies])
            .Number(order.TimeoutMs ?? 0).Number((long)order.Priority).Number(order.Retry.AttemptsMax).Flag(order.Retry.Reassign)
            .Texts([.. _traits.Roles]).Texts([.. _traits.Capabilities]).Rest(order.Parameters.Span);
        return true;
    }

    private void LoadOrder(RowReader row)
    {
        _createdAt = row.Number();
        var order = new TaskOrder
        {
            TaskId = _id,
            Assigner = row.Text(),
            Assignee = row.Text(),
            TaskType = row.Text(),
            Dependencies = row.Texts(),
            TimeoutMs = row.Number() is > 0 and var timeout ? timeout : null,
            Priority = (Priority)row.Number(),
            Retry = new TaskRetry((int)row.Number(), row.Flag()),
        };
        _traits = new Traits(row.Texts(), row.Texts());
        _order = order with { Parameters = row.Rest().ToArray() };
    }

    private bool WriteEvent(RowWriter row, long number)
    {
        if (!_history.TryGetValue(number, out var happened))
        {
            return false;
        }

        row.Number(happened.At.ToUnixTimeMilliseconds()).Number((long)happened.Phase).Number(happened.Generation).Text(happened.By)
            .Flag(happened.Reason is not null).Text(happened.Reason ?? "");
        return true;
    }

    private static TaskEvent ReadEvent(RowReader row)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(row.Number());
        var phase = (TaskPhase)row.Number();
        var generation = row.Number();
        var by = row.Text();
        var hasReason = row.Flag();
        return new TaskEvent(at, phase, generation, by, hasReason ? row.Text() : null);
    }
}
