using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Simulation.World;

namespace Hms.Simulation.Storage;

/// <summary>The disk: what is on it is what survives. Every node writes here through a <see cref="NodeStore"/> of its own.</summary>
internal sealed class SimStore(SimWorld world)
{
    private readonly Dictionary<EntityKey, StoredState> _entities = [];
    private readonly Dictionary<long, MessageBody> _bodies = [];
    private readonly Stack<Action> _unflushed = new();
    private long _bodyId;

    public DateTimeOffset LatestDecision { get; private set; } = DateTimeOffset.UnixEpoch;

    /// <summary>Whether nobody can read or write.</summary>
    public bool IsAway { get; set; }

    public IEnumerable<EntityKey> Keys => _entities.Keys;

    public long NextBodyId() => ++_bodyId;

    public StoredState? Find(EntityKey key) => _entities.GetValueOrDefault(key);

    public MessageBody? FindBody(long id) => _bodies.TryGetValue(id, out var body) ? body : null;

    /// <summary>Applies one entity's commit, or says why it must not be.</summary>
    public StoreException? Apply(EntityCommit commit)
    {
        var before = _entities.GetValueOrDefault(commit.Key, StoredState.None);
        if (before.Version != commit.ExpectedVersion && world.Break.ChecksVersion)
        {
            return StoreException.Overtaken(commit.Key, before.Version, commit.ExpectedVersion);
        }

        if (commit.OnlyCompares)
        {
            return null;
        }

        var rows = before.Rows.ToBuilder();
        foreach (var row in commit.Rows)
        {
            if (row.Delete)
            {
                rows.Remove(row.Key);
            }
            else if (world.Break.Writes(commit.Key, row.Key))
            {
                rows[row.Key] = commit.ValueOf(in row).ToArray();
            }
        }

        Remember(commit);
        _entities[commit.Key] = new StoredState(commit.ExpectedVersion + 1, rows.ToImmutable(), commit.Wake);
        commit.Bodies.ForEach(body => _bodies[body.Id] = body.Body);
        commit.DeletedBodies.ForEach(id => _bodies.Remove(id));
        LatestDecision = commit.DecidedAt > LatestDecision ? commit.DecidedAt : LatestDecision;
        return null;
    }

    /// <summary>Everything that was applied is on the disk for good.</summary>
    public void Flush() => _unflushed.Clear();

    /// <summary>The power fails: what was not flushed is gone. A sound store has nothing such.</summary>
    public void LoseUnflushed()
    {
        while (_unflushed.TryPop(out var undo))
        {
            undo();
        }
    }

    private void Remember(EntityCommit commit)
    {
        if (world.Break.Flushes)
        {
            return;
        }

        var key = commit.Key;
        var entity = Find(key);
        var added = commit.Bodies.ConvertAll(body => body.Id);
        var deleted = commit.DeletedBodies.ConvertAll(id => (id, Body: FindBody(id)));
        _unflushed.Push(() =>
        {
            added.ForEach(id => _bodies.Remove(id));
            deleted.ForEach(body => _bodies[body.id] = body.Body ?? default);
            _entities[key] = entity ?? StoredState.None;
        });
    }
}
