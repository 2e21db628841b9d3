using System.Collections.Immutable;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Simulation.Storage;

/// <summary>One entity as it is on the disk. Never changed: a commit makes another.</summary>
internal sealed record StoredState(long Version, ImmutableDictionary<RowKey, byte[]> Rows, DateTimeOffset? Wake)
{
    public static StoredState None { get; } = new(0, ImmutableDictionary<RowKey, byte[]>.Empty, null);

    /// <summary>As a store reads it: rows in the order of their keys.</summary>
    public StoredEntity Read()
    {
        var rows = Rows.ToArray();
        Array.Sort(rows, static (one, other) => Compare(one.Key, other.Key));
        return new StoredEntity(Version, Array.ConvertAll(rows, static row => new Row(row.Key, row.Value)));
    }

    private static int Compare(RowKey one, RowKey other) =>
        one.Kind != other.Kind ? one.Kind.CompareTo(other.Kind)
        : one.Name is null != other.Name is null ? (one.Name is null ? -1 : 1)
        : one.Name is null ? one.Number.CompareTo(other.Number)
        : string.CompareOrdinal(one.Name, other.Name);
}
