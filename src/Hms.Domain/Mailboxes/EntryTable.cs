using System.Buffers;
using System.Runtime.InteropServices;
using Hms.Domain.Entities;

namespace Hms.Domain.Mailboxes;

/// <summary>The entries of a mailbox by sequence, eight to a segment; a segment is a row, and is gone when all of it is free.</summary>
internal sealed class EntryTable(RowChanges changes)
{
    public const char RowKind = 's';

    /// <summary>The row that says where a restart goes on counting; changed once a segment.</summary>
    public static readonly RowKey HeaderRow = RowKey.Of('h');

    private const int SegmentShift = 3;
    private const int SegmentLength = 1 << SegmentShift;

    // The row begins with the size of an entry, so that a later version may make it larger.
    private const int HeaderLength = 1;

    private readonly Dictionary<long, Entry[]> _segments = [];

    /// <summary>The sequence that the next message gets; the first is 1.</summary>
    public long Next { get; private set; } = 1;

    /// <summary>The first sequence after the segment in use: written down before any of it is used, so that no sequence is given out twice.</summary>
    public long Reserved => (Next + SegmentLength - 1) >> SegmentShift << SegmentShift;

    /// <summary>The entry of a sequence, which must be known to exist; marks nothing as changed.</summary>
    public ref Entry this[long sequence] => ref _segments[sequence >> SegmentShift][sequence & (SegmentLength - 1)];

    /// <summary>Whether anything is known of a sequence.</summary>
    public bool Contains(long sequence) =>
        _segments.TryGetValue(sequence >> SegmentShift, out var segment) && segment[sequence & (SegmentLength - 1)].State != EntryState.Free;

    /// <summary>Adds an entry and returns its sequence.</summary>
    public long Append(in Entry entry)
    {
        var sequence = Next++;
        var number = sequence >> SegmentShift;
        ref var segment = ref CollectionsMarshal.GetValueRefOrAddDefault(_segments, number, out _);
        if (segment is null)
        {
            segment = new Entry[SegmentLength];
            changes.Touch(HeaderRow);
        }

        segment[sequence & (SegmentLength - 1)] = entry;
        Touch(sequence);
        return sequence;
    }

    /// <summary>Marks an entry as changed.</summary>
    public void Touch(long sequence) => changes.Touch(RowKey.Of(RowKind, sequence >> SegmentShift));

    /// <summary>Frees an entry, and its segment with the last one.</summary>
    public void Free(long sequence)
    {
        this[sequence] = default;
        Touch(sequence);
        var number = sequence >> SegmentShift;
        if (Next >> SegmentShift > number && IsFree(_segments[number]))
        {
            _segments.Remove(number);
        }
    }

    /// <summary>Every sequence of which something is known, in order.</summary>
    public IEnumerable<long> Sequences()
    {
        foreach (var number in _segments.Keys.Order().ToArray())
        {
            for (var index = 0; index < SegmentLength; index++)
            {
                var sequence = (number << SegmentShift) + index;
                if (Contains(sequence))
                {
                    yield return sequence;
                }
            }
        }
    }

    public void Load(long number, ReadOnlySpan<byte> row)
    {
        if (row[0] != Entry.Size)
        {
            throw new InvalidDataException($"a mailbox row with entries of {row[0]} bytes was written by another version");
        }

        var segment = new Entry[SegmentLength];
        var entries = row[HeaderLength..];
        entries.CopyTo(MemoryMarshal.AsBytes(segment.AsSpan()));
        _segments.Add(number, segment);
        Next = Math.Max(Next, (number << SegmentShift) + (entries.Length / Entry.Size));
    }

    /// <summary>Goes on after the last segment that was in use, unless that segment is still there and says more exactly.</summary>
    public void StartAfter(long reserved)
    {
        if (!_segments.ContainsKey((reserved - 1) >> SegmentShift))
        {
            Next = Math.Max(Next, reserved);
        }
    }

    public bool Write(long number, IBufferWriter<byte> row)
    {
        if (!_segments.TryGetValue(number, out var segment))
        {
            return false;
        }

        var used = (int)Math.Min(SegmentLength, Next - (number << SegmentShift));
        var bytes = row.GetSpan(HeaderLength + (used * Entry.Size));
        bytes[0] = Entry.Size;
        MemoryMarshal.AsBytes(segment.AsSpan(0, used)).CopyTo(bytes[HeaderLength..]);
        row.Advance(HeaderLength + (used * Entry.Size));
        return true;
    }

    private static bool IsFree(Entry[] segment)
    {
        foreach (ref readonly var entry in segment.AsSpan())
        {
            if (entry.State != EntryState.Free)
            {
                return false;
            }
        }

        return true;
    }
}
