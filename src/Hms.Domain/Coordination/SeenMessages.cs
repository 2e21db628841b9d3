using System.Buffers;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;

namespace Hms.Domain.Coordination;

/// <summary>
/// The messages that moved an entity lately, so that a repetition has no second effect (<c>api.md</c>, Messages: dedup is per recipient).
/// Rows of the machine's own, one a message.
/// </summary>
/// <param name="changes">Where changed rows are noted.</param>
/// <param name="limits">For how long, and how many.</param>
internal sealed class SeenMessages(RowChanges changes, CoordinationLimits limits)
{
    public const char RowKind = 's';

    private readonly Dictionary<Fingerprint, long> _numbers = [];
    private readonly SortedDictionary<long, Entry> _entries = [];
    private long _next;

    public void Load(long number, ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        var id = new Fingerprint((ulong)row.Number(), (uint)row.Number());
        var entry = new Entry(id, (ulong)row.Number(), row.Number(), row.Text(), default);
        _entries.Add(number, entry with { Answer = row.Rest().ToArray() });
        _numbers[id] = number;
        _next = Math.Max(_next, number + 1);
    }

    public bool Write(long number, IBufferWriter<byte> value)
    {
        if (!_entries.TryGetValue(number, out var entry))
        {
            return false;
        }

        new RowWriter(value).Number((long)entry.Id.High).Number(entry.Id.Low).Number((long)entry.BodyHash).Number(entry.AtMs).Text(entry.FirstId)
            .Rest(entry.Answer.Span);
        return true;
    }

    /// <summary>The message, where it was there before; null where it is new.</summary>
    public Seen? Find(Stamp stamp, long now)
    {
        Forget(now);
        if (!_numbers.TryGetValue(stamp.Id, out var number))
        {
            return null;
        }

        var entry = _entries[number];
        return new Seen(entry.BodyHash == stamp.BodyHash, entry.FirstId.Length > 0 ? entry.FirstId : null, entry.Answer);
    }

    /// <summary>Knows the message from now on.</summary>
    /// <param name="stamp">The message.</param>
    /// <param name="now">The time.</param>
    /// <param name="answer">The answer that a repetition gets, where it stands in no mailbox.</param>
    public void Add(Stamp stamp, long now, ReadOnlyMemory<byte> answer = default)
    {
        _numbers[stamp.Id] = _next;
        _entries.Add(_next, new Entry(stamp.Id, stamp.BodyHash, now, stamp.FirstId ?? "", answer));
        changes.Touch(RowKey.Of(RowKind, _next));
        _next++;
    }

    /// <summary>Forgets everything, since the entity itself goes.</summary>
    public void Clear()
    {
        foreach (var number in _entries.Keys)
        {
            changes.Touch(RowKey.Of(RowKind, number));
        }

        _entries.Clear();
        _numbers.Clear();
    }

    private void Forget(long now)
    {
        var until = now - (long)limits.DedupWindow.TotalMilliseconds;
        while (_entries.Count > 0)
        {
            var (number, entry) = _entries.First();
            if (entry.AtMs > until && _entries.Count <= limits.DedupMax)
            {
                return;
            }

            _entries.Remove(number);
            _numbers.Remove(entry.Id);
            changes.Touch(RowKey.Of(RowKind, number));
        }
    }

    private readonly record struct Entry(Fingerprint Id, ulong BodyHash, long AtMs, string FirstId, ReadOnlyMemory<byte> Answer);
}
