using System.Buffers;

namespace Hms.Domain.Entities;

/// <summary>The state of one entity, as its host sees it: rows in, rows out, and when it wants to be woken.</summary>
public interface IEntityState
{
    /// <summary>What is not yet persisted.</summary>
    RowChanges Changes { get; }

    /// <summary>When a <c>Wake</c> is wanted at the latest, by all that the state knows; null where nothing is due ever.</summary>
    DateTimeOffset? NextWake { get; }

    /// <summary>When a <c>Wake</c> is wanted by what would survive a restart; null where nothing is.</summary>
    DateTimeOffset? DurableWake { get; }

    /// <summary>Whether the state holds nothing that its rows do not say, so that it can be dropped from memory and read again.</summary>
    bool IsQuiescent { get; }

    /// <summary>Takes up a stored row. Called once a row, before any decision.</summary>
    void Load(RowKey key, ReadOnlyMemory<byte> value);

    /// <summary>Called when the last row has been taken up.</summary>
    void Loaded();

    /// <summary>Writes one row's value; false where the row is to be deleted.</summary>
    bool Write(RowKey key, IBufferWriter<byte> value);
}
