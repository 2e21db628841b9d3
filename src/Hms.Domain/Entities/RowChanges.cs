namespace Hms.Domain.Entities;

/// <summary>
/// What a state has changed since it was last persisted. Rows are only named here: they are written out when the commit is put
/// together, so that a row touched by a hundred decisions is written once.
/// </summary>
public sealed class RowChanges
{
    private readonly HashSet<RowKey> _rows = [];
    private readonly Dictionary<long, MessageBody> _bodies = [];
    private readonly List<long> _deletedBodies = [];
    private readonly List<long> _unstoredBodies = [];

    /// <summary>Rows to be written, or deleted where the state holds them no more.</summary>
    public IReadOnlyCollection<RowKey> Rows => _rows;

    /// <summary>Bodies to be stored.</summary>
    public IReadOnlyDictionary<long, MessageBody> Bodies => _bodies;

    /// <summary>Bodies to be deleted.</summary>
    public IReadOnlyList<long> DeletedBodies => _deletedBodies;

    /// <summary>Bodies that were added and deleted again before they were stored.</summary>
    public IReadOnlyList<long> UnstoredBodies => _unstoredBodies;

    /// <summary>Whether there is nothing to persist.</summary>
    public bool IsEmpty => _rows.Count == 0 && _bodies.Count == 0 && _deletedBodies.Count == 0;

    /// <summary>Marks a row as changed.</summary>
    public void Touch(RowKey row) => _rows.Add(row);

    /// <summary>Adds a body.</summary>
    public void AddBody(long id, MessageBody body) => _bodies.Add(id, body);

    /// <summary>Deletes a body; one that was never persisted is simply not stored.</summary>
    public void DeleteBody(long id)
    {
        (_bodies.Remove(id) ? _unstoredBodies : _deletedBodies).Add(id);
    }

    /// <summary>Forgets all: it has been taken over into a commit.</summary>
    public void Clear()
    {
        _rows.Clear();
        _bodies.Clear();
        _deletedBodies.Clear();
        _unstoredBodies.Clear();
    }
}
