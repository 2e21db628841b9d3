using System.Buffers;
using System.Buffers.Binary;
using Hms.Domain.Entities;

namespace Hms.Fabric.Entities;

/// <summary>What an entity has to say: numbered, kept in rows until it was heard.</summary>
/// <param name="Number">Its number; grows.</param>
/// <param name="Message">What to say, and to whom.</param>
public sealed record OutboxEntry(long Number, OutboxMessage Message);

/// <summary>
/// What an entity has said and not yet been heard, and what it has heard of others. Rows of the host's own, in upper case, beside the
/// machine's. Used under the host's lock.
/// </summary>
/// <param name="background">Where those who wait until something was heard go on.</param>
internal sealed class Outbox(IBackground background)
{
    private const char NextRow = 'H';
    private const char EntryRow = 'O';
    private const char HeardRow = 'I';

    private readonly Queue<OutboxEntry> _entries = new();
    private readonly Dictionary<long, OutboxEntry> _byNumber = [];
    private readonly Dictionary<string, long> _heard = new(StringComparer.Ordinal);
    private readonly HashSet<RowKey> _changed = [];
    private readonly List<(long From, long To, TaskCompletionSource Source)> _settling = [];

    // Heard already, behind one that was not.
    private readonly HashSet<long> _heardEarly = [];
    private readonly HashSet<EntityKey> _deaf = [];

    /// <summary>The number of the entry added last.</summary>
    public long Last { get; private set; }

    /// <summary>Entries up to this number are durable and may go out.</summary>
    public long Durable { get; set; }

    public bool IsEmpty => _entries.Count == 0;

    public IReadOnlyCollection<RowKey> Changed => _changed;

    /// <summary>Whether something is to be said, or was heard, that is not yet stored.</summary>
    public bool HasNews { get; private set; }

    public static bool Owns(RowKey row) => char.IsAsciiLetterUpper(row.Kind);

    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        switch (key.Kind)
        {
            case NextRow:
                Last = BinaryPrimitives.ReadInt64LittleEndian(value.Span);
                break;
            case EntryRow:
                Enqueue(new OutboxEntry(key.Number, OutboxMessage.Decode(value)));
                break;
            case HeardRow:
                _heard[key.Name!] = BinaryPrimitives.ReadInt64LittleEndian(value.Span);
                break;
            default:
                throw new InvalidDataException($"a host row of kind '{key.Kind}' was written by another version");
        }
    }

    public void Loaded() => Durable = Last;

    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        if (key.Kind == EntryRow)
        {
            var exists = _byNumber.TryGetValue(key.Number, out var entry);
            value.Write(exists ? entry!.Message.Encode() : []);
            return exists;
        }

        var number = Last;
        var isKept = key.Kind == NextRow || _heard.TryGetValue(key.Name!, out number);
        BinaryPrimitives.WriteInt64LittleEndian(value.GetSpan(sizeof(long)), number);
        value.Advance(sizeof(long));
        return isKept;
    }

    public void Add(OutboxMessage message)
    {
        Last++;
        HasNews = true;
        Enqueue(new OutboxEntry(Last, message));
        _changed.Add(RowKey.Of(EntryRow, Last));
        _changed.Add(RowKey.Of(NextRow));
    }

    /// <summary>Whether a message of another's outbox was heard before.</summary>
    public bool WasHeard(string sender, long number) => _heard.TryGetValue(sender, out var heard) && number <= heard;

    public void Hear(string sender, long number)
    {
        _heard[sender] = number;
        HasNews = true;
        _changed.Add(RowKey.Of(HeardRow, sender));
    }

    /// <summary>Forgets what was heard of a sender.</summary>
    public void Forget(string sender)
    {
        if (_heard.Remove(sender))
        {
            _changed.Add(RowKey.Of(HeardRow, sender));
        }
    }

    /// <summary>The first entries that may go out, at most <paramref name="max"/>, but for those to recipients that could not be told a moment ago.</summary>
    public OutboxEntry[] Front(int max) =>
        [.. _entries.TakeWhile(entry => entry.Number <= Durable).Where(entry => !_heardEarly.Contains(entry.Number) && !_deaf.Contains(entry.Message.To)).Take(max)];

    /// <summary>Drops entries that were heard; who did not hear some is told again, in order, when it is <see cref="Listen">listened to</see> anew.</summary>
    public void Drop(IEnumerable<OutboxEntry> carried, IReadOnlyCollection<long> unheard)
    {
        foreach (var entry in carried)
        {
            if (unheard.Contains(entry.Number))
            {
                _deaf.Add(entry.Message.To);
                continue;
            }

            _byNumber.Remove(entry.Number);
            _heardEarly.Add(entry.Number);
            _changed.Add(RowKey.Of(EntryRow, entry.Number));
        }

        while (_entries.TryPeek(out var first) && _heardEarly.Remove(first.Number))
        {
            _entries.Dequeue();
        }

        foreach (var settled in _settling.Where(waiting => !IsOutstanding(waiting.From, waiting.To)).ToArray())
        {
            _settling.Remove(settled);
            background.Run(static source => source.TrySetResult(), settled.Source);
        }
    }

    /// <summary>Lets those be told again that could not be.</summary>
    public void Listen() => _deaf.Clear();

    /// <summary>Completes when what was said under these numbers was heard.</summary>
    public Task SettledAsync(long from, long to)
    {
        if (!IsOutstanding(from, to))
        {
            return Task.CompletedTask;
        }

        var source = new TaskCompletionSource();
        _settling.Add((from, to, source));
        return source.Task;
    }

    /// <summary>Says that this outbox will be read from the store again: who waits for it must ask anew.</summary>
    public void Abandon(Exception failure)
    {
        foreach (var (_, _, source) in _settling)
        {
            background.Run(static it => it.source.TrySetException(it.failure), (source, failure));
        }

        _settling.Clear();
    }

    public void Taken()
    {
        _changed.Clear();
        HasNews = false;
    }

    private bool IsOutstanding(long from, long to) =>
        _entries.Any(entry => entry.Number >= from && entry.Number <= to && !_heardEarly.Contains(entry.Number));

    private void Enqueue(OutboxEntry entry)
    {
        _entries.Enqueue(entry);
        _byNumber.Add(entry.Number, entry);
    }
}
