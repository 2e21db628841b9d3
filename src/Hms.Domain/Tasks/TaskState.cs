using System.Buffers;
using System.Text;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tasks;

/// <summary>Everything that is known of one task.</summary>
public sealed partial class TaskState : IEntityState
{
    private readonly string _id;
    private readonly TaskLimits _limits;
    private readonly SeenMessages _seen;
    private readonly Ties _ties;
    private readonly Notices _notices;
    private readonly HashSet<string> _pending = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dependents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tried = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, TaskEvent> _history = [];
    private List<Effect> _effects = [];
    private TaskOrder? _order;
    private Traits _traits = Traits.None;
    private ReadOnlyMemory<byte> _message;
    private TaskPhase _phase;
    private string _assignee = "";
    private long _session;
    private long _generation;
    private long _createdAt;
    private long _deadline = long.MaxValue;
    private double _progress;
    private string? _error;
    private ReadOnlyMemory<byte> _errorCode;
    private ReadOnlyMemory<byte> _result;
    private bool _mayRepeat;
    private bool _isOpenToAll;
    private long _revision;
    private long _now;

    /// <summary>A task that nobody has ordered, into which rows may be loaded.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="limits">What it may hold.</param>
    public TaskState(string id, TaskLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _id = id;
        _limits = limits;
        _seen = new SeenMessages(Changes, limits.Common);
        _ties = new Ties(EntityKey.Task(id), Changes, limits.Common);
        _notices = new Notices(EntityKey.Task(id));
    }

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake
    {
        get
        {
            var next = Math.Min(_deadline, _ties.Due ?? long.MaxValue);
            return next == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(next);
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake => Seeks is null ? NextWake : DateTimeOffset.UnixEpoch;

    /// <inheritdoc/>
    public bool IsQuiescent => Seeks is null;

    /// <summary>Whether there is such a task.</summary>
    public bool IsKnown => _order is not null;

    /// <summary>Whether it has ended.</summary>
    public bool IsEnded => IsKnown && _phase.IsFinal();

    /// <summary>Who is to do it, or has it.</summary>
    public string Assignee => _assignee;

    /// <summary>Who it is to be given to; null where that is not what it waits for.</summary>
    public Wanted? Seeks => !IsKnown || _phase != TaskPhase.Waiting || _pending.Count > 0
        ? null
        : new Wanted(_isOpenToAll ? "" : _assignee, _traits, [.. _tried], _mayRepeat);

    /// <inheritdoc/>
    public void Loaded() => _seen.Loaded();

    internal void Begin(DateTimeOffset now)
    {
        _now = now.ToUnixTimeMilliseconds();
        if (IsKnown && _deadline <= _now)
        {
            End(TaskChange.TimeOut, Names.MetaSupervisor, $"nothing was heard of it for {_order!.TimeoutMs} ms", "timed_out");
            CallOff($"timed out after {_order.TimeoutMs} ms");
        }

        _ties.Sweep(_now, supervisor => IsKnown && !_phase.IsFinal() && (supervisor == _assignee || supervisor == _order!.Assigner), _effects);
    }

    internal List<Effect> TakeEffects()
    {
        var effects = _effects;
        _effects = [];
        return effects;
    }

    internal Step<TaskReply> Describe() => IsKnown ? Described(created: false) : Unknown();

    internal Step<TaskReply> Described(bool created) => Step<TaskReply>.Of(new TaskReply.Described(Record(), created));

    /// <summary>The task has been kept for long enough: nothing of it is left.</summary>
    internal Step<TaskReply> Forget()
    {
        if (!IsEnded)
        {
            return Step<TaskReply>.Of(TaskReply.Done.Instance);
        }

        _order = null;
        TouchAll(EventRow, _history.Keys);
        TouchAll(DependentRow, _dependents);
        TouchAll(PendingRow, _pending);
        _history.Clear();
        _dependents.Clear();
        _pending.Clear();
        _tried.Clear();
        _seen.Clear();
        _ties.GiveUpAll(_effects);
        (_message, _result, _errorCode, _error) = (default, default, default, null);
        (_generation, _revision, _progress, _isOpenToAll, _mayRepeat) = (0, 0, 0, false, false);
        foreach (var row in new[] { HeaderRow, OrderRow, MessageRow, ResultRow, ErrorRow })
        {
            Changes.Touch(RowKey.Of(row));
        }

        return Step<TaskReply>.Of(TaskReply.Done.Instance);
    }

    private TaskRecord Record() => new()
    {
        Order = _order!,
        Assignee = _assignee,
        Phase = _phase,
        Progress = _progress,
        Result = _result,
        Error = _error,
        ErrorCode = _errorCode,
        Generation = _generation,
        History = [.. _history.Values],
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(_createdAt),
        DeadlineAt = _deadline == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(_deadline),
    };

    /// <summary>Goes to the next phase; there being none is a bug of ours, for whoever asks has looked.</summary>
    private void Move(TaskChange change, string by, string? reason)
    {
        var before = _phase;
        _phase = TaskTable.Next(_phase, change) ?? throw new InvalidOperationException($"a task that is {_phase} knows no {change}");
        Changes.Touch(RowKey.Of(HeaderRow));
        if (_phase != before || change == TaskChange.Assign)
        {
            Note(by, reason);
        }
    }

    /// <summary>Adds to the history, and tells the list of tasks.</summary>
    private void Note(string by, string? reason)
    {
        const int reasonMax = 1_024;
        var shown = reason is { Length: > reasonMax } ? reason[..(char.IsHighSurrogate(reason[reasonMax - 1]) ? reasonMax - 1 : reasonMax)] : reason;
        _revision++;
        _history.Add(_revision, new TaskEvent(DateTimeOffset.FromUnixTimeMilliseconds(_now), _phase, _generation, by, shown));
        Changes.Touch(RowKey.Of(EventRow, _revision));
        while (_history.Count > _limits.HistoryMax)
        {
            var oldest = _history.First().Key;
            _history.Remove(oldest);
            Changes.Touch(RowKey.Of(EventRow, oldest));
        }

        _effects.Add(new Effect.Send(new OutboxMessage.IndexTask(_id, _assignee, (int)_phase, _revision, _phase.IsFinal() ? _now : 0)));
    }

    private void TouchAll(char kind, IEnumerable<long> numbers)
    {
        foreach (var number in numbers)
        {
            Changes.Touch(RowKey.Of(kind, number));
        }
    }

    private void TouchAll(char kind, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Changes.Touch(RowKey.Of(kind, name));
        }
    }

    private Step<TaskReply> Conflict(string message) =>
        Step<TaskReply>.Refuse(new Fault(ErrorCode.Conflict, message) { Record = JsonText.Write(Record().WriteTo) });

    private static Step<TaskReply> Unknown() => Step<TaskReply>.Of(TaskReply.Unknown.Instance);

    private static Step<TaskReply> Repeated(Seen before) => before.SameBody
        ? Step<TaskReply>.Of(new TaskReply.Repeated(before.FirstId))
        : Step<TaskReply>.Refuse(new Fault(ErrorCode.Conflict, "the id was used for another message"));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
