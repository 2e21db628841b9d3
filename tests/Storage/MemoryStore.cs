using System.Collections.Concurrent;
using System.Threading.Channels;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Storage;

/// <summary>Rows in memory, for tests of engines: several silos may share it as they would share a database.</summary>
internal sealed class MemoryStore : IEntityStore
{
    private readonly Dictionary<EntityKey, Stored> _entities = [];
    private readonly Dictionary<long, MessageBody> _bodies = [];
    private readonly Channel<ICommitSource> _enlisted = Channel.CreateUnbounded<ICommitSource>(new() { SingleReader = true });
    private readonly EntityCommit _commit = new();
    private readonly Lock _gate = new();
    private readonly Task _writing;
    private long _bodyIds;

    public MemoryStore() => _writing = Task.Run(WriteAsync);

    public string Name => "memory";

    /// <summary>Why it refuses to read and to write; null while it does not.</summary>
    public string? Problem { get; set; }

    /// <summary>Whose rows it has refused to read or to write for that.</summary>
    public ConcurrentBag<EntityKey> Refused { get; } = [];

    public bool IsShared => true;

    public DateTimeOffset LatestDecision { get; private set; }

    public long NextBodyId() => Interlocked.Increment(ref _bodyIds);

    public ValueTask<StoredEntity?> LoadAsync(EntityKey key, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (Problem is not null)
            {
                Refused.Add(key);
                return ValueTask.FromException<StoredEntity?>(new StoreException(Problem));
            }

            return new(_entities.TryGetValue(key, out var stored)
                ? new StoredEntity(stored.Version, [.. stored.Rows.Select(row => new Row(row.Key, row.Value))])
                : null);
        }
    }

    public ValueTask<IReadOnlyList<MessageBody?>> ReadBodiesAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new([.. ids.Select(id => _bodies.TryGetValue(id, out var body) ? body : (MessageBody?)null)]);
        }
    }

    public ValueTask<IReadOnlyList<(EntityKey Key, DateTimeOffset At)>> ReadWakesAsync(
        DateTimeOffset dueBy, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new([.. _entities.Where(entity => entity.Value.Wake <= dueBy).Select(entity => (entity.Key, entity.Value.Wake!.Value))]);
        }
    }

    public void Enlist(ICommitSource source, bool urgent) => _enlisted.Writer.TryWrite(source);

    public async ValueTask DisposeAsync()
    {
        _enlisted.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        await foreach (var source in _enlisted.Reader.ReadAllAsync())
        {
            _commit.Clear();
            source.Collect(_commit);
            if (!_commit.IsEmpty && source.Complete(Apply()) is { } next)
            {
                ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
            }
        }
    }

    private StoreException? Apply()
    {
        lock (_gate)
        {
            var stored = _entities.GetValueOrDefault(_commit.Key) ?? new Stored();
            if (Problem is not null)
            {
                Refused.Add(_commit.Key);
                return new StoreException(Problem);
            }

            if (stored.Version != _commit.ExpectedVersion)
            {
                return StoreException.Overtaken(_commit.Key, stored.Version, _commit.ExpectedVersion);
            }

            if (!_commit.OnlyCompares)
            {
                Write(stored);
            }

            return null;
        }
    }

    private void Write(Stored stored)
    {
        _entities[_commit.Key] = stored;
        stored.Version++;
        stored.Wake = _commit.Wake;
        LatestDecision = _commit.DecidedAt > LatestDecision ? _commit.DecidedAt : LatestDecision;
        foreach (var row in _commit.Rows)
        {
            stored.Rows.Remove(row.Key);
            if (!row.Delete)
            {
                stored.Rows.Add(row.Key, _commit.ValueOf(in row).ToArray());
            }
        }

        _commit.Bodies.ForEach(body => _bodies.Add(body.Id, body.Body));
        _commit.DeletedBodies.ForEach(id => _bodies.Remove(id));
    }

    private sealed class Stored
    {
        public long Version { get; set; }

        public DateTimeOffset? Wake { get; set; }

        // In the order of their keys, as databases return them.
        public SortedDictionary<RowKey, byte[]> Rows { get; } = new(Comparer<RowKey>.Create(
            static (one, other) => one.Encode().AsSpan().SequenceCompareTo(other.Encode())));
    }
}
