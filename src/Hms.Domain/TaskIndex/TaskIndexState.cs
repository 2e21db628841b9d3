using System.Buffers;
using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.TaskIndex;

/// <summary>One part of the list of tasks: where each stands, as it has said itself.</summary>
/// <param name="limits">What it may hold.</param>
public sealed class TaskIndexState(TaskLimits limits) : IEntityState
{
    private const char TaskRow = 't';
    private const int ForgottenAtOnce = 256;

    private readonly Dictionary<string, Entry> _tasks = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _ended = new();

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake =>
        _ended.TryPeek(out _, out var at) ? DateTimeOffset.FromUnixTimeMilliseconds(at + (long)limits.KeptFor.TotalMilliseconds) : null;

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake => NextWake;

    /// <inheritdoc/>
    public bool IsQuiescent => true;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        var entry = new Entry((TaskPhase)row.Number(), row.Number(), row.Number(), row.Text());
        _tasks.Add(key.Name!, entry);
        _names.Add(key.Name!);
        if (entry.EndedAt > 0)
        {
            _ended.Enqueue(key.Name!, entry.EndedAt);
        }
    }

    /// <inheritdoc/>
    public void Loaded()
    {
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        if (!_tasks.TryGetValue(key.Name!, out var entry))
        {
            return false;
        }

        new RowWriter(value).Number((long)entry.Phase).Number(entry.Revision).Number(entry.EndedAt).Text(entry.Assignee);
        return true;
    }

    internal Step<TaskIndexReply> Admit(TaskIndexCommand.Admit command) => _tasks.Count < limits.TasksMax || _tasks.ContainsKey(command.Task)
        ? Step<TaskIndexReply>.Of(TaskIndexReply.Done.Instance, Rest.Memory)
        : Step<TaskIndexReply>.Refuse(new Fault(ErrorCode.RateLimited, "there are as many tasks as there may be"));

    internal Step<TaskIndexReply> Note(TaskIndexCommand.Note command)
    {
        var isKnown = _tasks.TryGetValue(command.Task, out var before);
        if (!isKnown || before.Revision < command.Revision)
        {
            _tasks[command.Task] = new Entry(command.Phase, command.Revision, command.EndedAtMs, command.Assignee);
            Changes.Touch(RowKey.Of(TaskRow, command.Task));
            _names.Add(command.Task);
            if (command.EndedAtMs > 0)
            {
                _ended.Enqueue(command.Task, command.EndedAtMs);
            }
        }

        return Step<TaskIndexReply>.Of(TaskIndexReply.Done.Instance);
    }

    internal Step<TaskIndexReply> List(TaskIndexCommand.List command)
    {
        const string afterAllNames = "\uFFFF";
        var listed = new List<string>();
        foreach (var name in _names.GetViewBetween(command.After, afterAllNames))
        {
            if (listed.Count == command.Limit)
            {
                break;
            }

            var entry = _tasks[name];
            if (name != command.After
                && (command.Assignee is null || entry.Assignee == command.Assignee)
                && (command.Phase is null || entry.Phase == command.Phase))
            {
                listed.Add(name);
            }
        }

        return Step<TaskIndexReply>.Of(new TaskIndexReply.Listed(listed));
    }

    /// <summary>Takes tasks off the list that have been kept for long enough, or must make room, some at a time, and tells them so.</summary>
    internal List<Effect> ForgetOverdue(long now)
    {
        var effects = new List<Effect>();
        var until = now - (long)limits.KeptFor.TotalMilliseconds;
        while (effects.Count < ForgottenAtOnce && _ended.TryPeek(out var name, out var endedAt)
            && (endedAt <= until || _tasks.Count >= limits.TasksMax))
        {
            _ended.Dequeue();
            if (_tasks.TryGetValue(name, out var entry) && entry.EndedAt == endedAt)
            {
                _tasks.Remove(name);
                _names.Remove(name);
                Changes.Touch(RowKey.Of(TaskRow, name));
                effects.Add(new Effect.Send(new OutboxMessage.ForgetTask(name)));
            }
        }

        return effects;
    }

    private readonly record struct Entry(TaskPhase Phase, long Revision, long EndedAt, string Assignee);
}
