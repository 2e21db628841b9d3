using System.Buffers;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;

namespace Hms.Domain.Coordination;

/// <summary>
/// The messages that moved an entity lately, so that a repetition has no second effect (<c>api.md</c>, Messages: dedup is per recipient).
/// Rows of the machine's own: the latest few share one that is written with each message, the others lie in full pages of
/// <see cref="PageSize"/>, each written once and forgotten as a whole.
/// </summary>
/// <param name="changes">Where changed rows are noted.</param>
/// <param name="limits">For how long, and how many.</param>
/// <param name="home">
/// A row of the owner's that holds the latest few besides (<see cref="WriteLatest"/>), for an entity that writes it with nearly every
/// message anyway; null for a row of their own.
/// </param>
internal sealed class SeenMessages(RowChanges changes, CoordinationLimits limits, RowKey? home = null)
{
    public const char RowKind = 's';

    /// <summary>Messages in a row; so few that one stays well below what SQLite keeps in one page.</summary>
    public const int PageSize = 8;

    private const long LatestRow = 0;
    private const int ForgottenAtOnce = 64;

    private readonly RowKey _home = home ?? RowKey.Of(RowKind, LatestRow);
    private readonly Dictionary<Fingerprint, Entry> _known = [];

    // From the first row to the last, without gaps.
    private readonly Dictionary<long, Entry[]> _pages = [];
    private readonly List<Entry> _latest = new(PageSize);
    private long _firstRow = LatestRow + 1;
    private long _lastRow = LatestRow;
    private long _last;

    /// <summary>Takes a row as it was stored.</summary>
    public void Load(long number, ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        if (number == LatestRow)
        {
            LoadLatest(ref row);
            return;
        }

        _firstRow = _pages.Count == 0 ? number : _firstRow;
        _lastRow = number;
        _pages.Add(number, ReadAll(ref row));
    }

    /// <summary>Takes the latest few out of the owner's row.</summary>
    public void LoadLatest(ref RowReader row) => _latest.AddRange(ReadAll(ref row));

    /// <summary>All rows have been loaded.</summary>
    public void Loaded()
    {
        foreach (var entry in _pages.OrderBy(page => page.Key).SelectMany(page => page.Value).Concat(_latest))
        {
            entry.Number = ++_last;
            _known[entry.Id] = entry;
        }
    }

    public bool Write(long number, IBufferWriter<byte> value)
    {
        if (number == LatestRow)
        {
            WriteLatest(new RowWriter(value));
            return _last > 0;
        }

        if (!_pages.TryGetValue(number, out var entries))
        {
            return false;
        }

        WriteAll(new RowWriter(value), entries);
        return true;
    }

    /// <summary>Puts the latest few into the owner's row.</summary>
    public void WriteLatest(RowWriter row) => WriteAll(row, _latest);

    /// <summary>The message, where it was there before; null where it is new.</summary>
    public Seen? Find(Stamp stamp, long now)
    {
        Forget(now);
        return _known.TryGetValue(stamp.Id, out var entry) && !IsForgotten(entry, now)
            ? new Seen(entry.BodyHash == stamp.BodyHash, entry.FirstId.Length > 0 ? entry.FirstId : null, entry.AtMs, entry.Answer)
            : null;
    }

    /// <summary>Knows the message from now on.</summary>
    /// <param name="stamp">The message.</param>
    /// <param name="now">The time.</param>
    /// <param name="answer">From what a repetition is answered, where the answer stands in no mailbox.</param>
    public void Add(Stamp stamp, long now, ReadOnlyMemory<byte> answer = default)
    {
        var entry = new Entry(stamp.Id, stamp.BodyHash, now, stamp.FirstId ?? "", answer) { Number = ++_last };
        _known[stamp.Id] = entry;
        _latest.Add(entry);
        changes.Touch(_home);
        if (_latest.Count == PageSize)
        {
            _pages.Add(++_lastRow, [.. _latest]);
            changes.Touch(RowKey.Of(RowKind, _lastRow));
            _latest.Clear();
        }
    }

    /// <summary>Forgets everything, since the entity itself goes.</summary>
    public void Clear()
    {
        foreach (var row in _pages.Keys)
        {
            changes.Touch(RowKey.Of(RowKind, row));
        }

        changes.Touch(_home);
        _pages.Clear();
        _latest.Clear();
        _known.Clear();
        (_firstRow, _last) = (_lastRow + 1, 0);
    }

    private static Entry[] ReadAll(ref RowReader row)
    {
        var entries = new Entry[row.Number()];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new Entry(
                new Fingerprint((ulong)row.Number(), (uint)row.Number()), (ulong)row.Number(), row.Number(), row.Text(), row.Bytes().ToArray());
        }

        return entries;
    }

    private static void WriteAll(RowWriter row, IReadOnlyCollection<Entry> entries)
    {
        row.Number(entries.Count);
        foreach (var entry in entries)
        {
            row.Number((long)entry.Id.High).Number(entry.Id.Low).Number((long)entry.BodyHash).Number(entry.AtMs).Text(entry.FirstId)
                .Bytes(entry.Answer.Span);
        }
    }

    /// <summary>Lets go of pages in which nothing is to be known any more: a few at most for each decision, so that none takes long.</summary>
    private void Forget(long now)
    {
        for (var pages = 0; pages < ForgottenAtOnce && _pages.TryGetValue(_firstRow, out var entries) && IsForgotten(entries[^1], now); pages++)
        {
            _pages.Remove(_firstRow);
            changes.Touch(RowKey.Of(RowKind, _firstRow++));
            foreach (var entry in entries)
            {
                // Its id may have come once more since.
                if (_known.TryGetValue(entry.Id, out var known) && known == entry)
                {
                    _known.Remove(entry.Id);
                }
            }
        }
    }

    private bool IsForgotten(Entry entry, long now) =>
        entry.AtMs <= now - (long)limits.DedupWindow.TotalMilliseconds || entry.Number <= _last - limits.DedupMax;

    private sealed class Entry(Fingerprint id, ulong bodyHash, long atMs, string firstId, ReadOnlyMemory<byte> answer)
    {
        public Fingerprint Id => id;

        public ulong BodyHash => bodyHash;

        public long AtMs => atMs;

        public string FirstId => firstId;

        public ReadOnlyMemory<byte> Answer => answer;

        /// <summary>Its place among all.</summary>
        public long Number { get; set; }
    }
}
