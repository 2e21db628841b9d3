using System.Buffers;
using Hms.Domain.Entities;

namespace Hms.Fabric.Storage;

/// <summary>One entity's commit as the store's writer takes it up. The writer keeps one and uses it again and again.</summary>
public sealed class EntityCommit
{
    private readonly ArrayBufferWriter<byte> _values = new(16 * 1024);
    private readonly List<RowChange> _rows = [];

    /// <summary>Which entity.</summary>
    public EntityKey Key { get; set; }

    /// <summary>The version that the store must hold; 0 where the entity was never stored.</summary>
    public long ExpectedVersion { get; set; }

    /// <summary>Whether there turned out to be nothing to commit; no completion follows then.</summary>
    public bool IsEmpty { get; set; }

    /// <summary>Whether nothing is to be written, and the version, which stays as it is, only to be compared: in a shared store.</summary>
    public bool OnlyCompares => _rows.Count == 0 && Bodies.Count == 0 && DeletedBodies.Count == 0;

    /// <summary>When the latest of the decisions was made.</summary>
    public DateTimeOffset DecidedAt { get; set; }

    /// <summary>When the entity wants to be woken; null where it does not.</summary>
    public DateTimeOffset? Wake { get; set; }

    /// <summary>Rows to write or delete.</summary>
    public IReadOnlyList<RowChange> Rows => _rows;

    /// <summary>Bodies to store.</summary>
    public List<(long Id, MessageBody Body)> Bodies { get; } = [];

    /// <summary>Bodies to delete.</summary>
    public List<long> DeletedBodies { get; } = [];

    /// <summary>The value of a row that is to be written.</summary>
    public ReadOnlySpan<byte> ValueOf(in RowChange row) => _values.WrittenSpan.Slice(row.Offset, row.Length);

    /// <summary>Adds a row: what <paramref name="write"/> writes, or its deletion where that returns false.</summary>
    public void Add(RowKey key, Func<RowKey, IBufferWriter<byte>, bool> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var offset = _values.WrittenCount;
        var exists = write(key, _values);
        _rows.Add(new RowChange(key, offset, _values.WrittenCount - offset, !exists));
    }

    /// <summary>Empties it for the next entity.</summary>
    public void Clear()
    {
        IsEmpty = false;
        _values.ResetWrittenCount();
        _rows.Clear();
        Bodies.Clear();
        DeletedBodies.Clear();
    }
}

/// <summary>A row to be written or deleted.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Offset">Where its value begins.</param>
/// <param name="Length">How long its value is.</param>
/// <param name="Delete">Whether it is to be deleted.</param>
public readonly record struct RowChange(RowKey Key, int Offset, int Length, bool Delete);
