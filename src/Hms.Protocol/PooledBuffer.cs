using System.Buffers;
using System.Runtime.CompilerServices;

namespace Hms.Protocol;

/// <summary>
/// A list that grows in arrays of the shared pool. A mutable struct: pass it by reference, and end its use with <see cref="Return"/>.
/// </summary>
/// <typeparam name="T">What it holds.</typeparam>
internal struct PooledBuffer<T>
{
    private T[]? _items;

    public int Count { get; private set; }

    public readonly Span<T> Written => _items.AsSpan(0, Count);

    public void Add(T item)
    {
        if (_items is null || Count == _items.Length)
        {
            Grow(1);
        }

        _items![Count++] = item;
    }

    public void Add(ReadOnlySpan<T> items)
    {
        items.CopyTo(Room(items.Length));
        Count += items.Length;
    }

    /// <summary>At least so much room behind what is written; tell with <see cref="Advance"/> how much of it has been filled.</summary>
    public Span<T> Room(int least)
    {
        if (_items is null || _items.Length - Count < least)
        {
            Grow(least);
        }

        return _items.AsSpan(Count);
    }

    /// <summary>What is written and the room behind it.</summary>
    public readonly Span<T> Whole => _items;

    public void Advance(int filled) => Count += filled;

    /// <summary>Forgets what was written behind the first <paramref name="count"/> items.</summary>
    public void CutTo(int count) => Count = count;

    public void Return()
    {
        if (_items is { } items)
        {
            _items = null;
            Count = 0;
            ArrayPool<T>.Shared.Return(items, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
        }
    }

    private void Grow(int least)
    {
        var grown = ArrayPool<T>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max((long)Count + least, 2L * Count)));
        Written.CopyTo(grown);
        var count = Count;
        Return();
        _items = grown;
        Count = count;
    }
}
