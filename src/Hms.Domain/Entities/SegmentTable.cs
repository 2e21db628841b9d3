using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hms.Domain.Entities;

/// <summary>A fixed number of bytes that stands for one message.</summary>
internal interface ISegmentEntry
{
    /// <summary>Whether nothing is known of it, so that its bytes are all zero.</summary>
    bool IsFree { get; }
}

/// <summary>Entries by sequence, eight to a segment; a segment is a row, and is gone when all of it is free.</summary>
/// <typeparam name="TEntry">The entries, stored as they lie in memory.</typeparam>
internal sealed class SegmentTable<TEntry>(RowChanges changes)
    where TEntry : unmanaged, ISegmentEntry
{
    public const char RowKind = 's';

    /// <summary>The row that says where a restart goes on counting; changed once a segment.</summary>
    public static readonly RowKey HeaderRow = RowKey.Of('h');

    private const int SegmentShift = 3;
    private const int SegmentLength = 1 << SegmentShift;

    // The row begins with the size of an entry, so that a later version may make it larger.
    private const int HeaderLength = 1;

    private static readonly int EntrySize = Unsafe.SizeOf<TEntry>();

    private readonly Dictionary<long, TEntry[]> _segments = [];

    /// <summary>The sequence that the next message gets; the first is 1.</summary>
    public long Next { get; private set; } = 1;

    /// <summary>The first sequence after the segment in use: written down before any of it is used, so that no sequence is given out twice.</summary>
    public long Reserved => (Next + SegmentLength - 1) >> SegmentShift << SegmentShift;

    /// <summary>The entry of a sequence, which must be known to exist; marks nothing as changed.</summary>
    public ref TEntry this[long sequence] => ref _segments[sequence >> SegmentShift][sequence & (SegmentLength - 1)];

    /// <summary>Whether anything is known of a sequence.</summary>
    public bool Contains(long sequence) =>
        _segments.TryGetValue(sequence >> SegmentShift, out var segment) && !segment[sequence & (SegmentLength - 1)].IsFree;

    /// <summary>Adds an entry and returns its sequence.</summary>
    public long Append(in TEntry entry)
    {
        var sequence = Next++;
        var number = sequence >> SegmentShift;
        ref var segment = ref CollectionsMarshal.GetValueRefOrAddDefault(_segments, number, out _);
        if (segment is null)
        {
            segment = new TEntry[SegmentLength];
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
        if (row[0] != EntrySize)
        {
            throw new InvalidDataException($"a row with entries of {row[0]} bytes was written by another version");
        }

        var segment = new TEntry[SegmentLength];
        var entries = row[HeaderLength..];
        entries.CopyTo(MemoryMarshal.AsBytes(segment.AsSpan()));
        _segments.Add(number, segment);
        Next = Math.Max(Next, (number << SegmentShift) + (entries.Length / EntrySize));
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
        var bytes = row.GetSpan(HeaderLength + (used * EntrySize));
        bytes[0] = (byte)EntrySize;
        MemoryMarshal.AsBytes(segment.AsSpan(0, used)).CopyTo(bytes[HeaderLength..]);
        row.Advance(HeaderLength + (used * EntrySize));
        return true;
    }

    private static bool IsFree(TEntry[] segment)
    {
        foreach (ref readonly var entry in segment.AsSpan())
        {
            if (!entry.IsFree)
            {
                return false;
            }
        }

        return true;
    }
}
