using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Fabric.Tests.Doubles;

/// <summary>A store in memory whose commits the test completes, or lets fail before or after they were applied.</summary>
internal sealed class HandStore : IEntityStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<EntityKey, (long Version, Dictionary<RowKey, byte[]> Rows)> _entities = [];
    private readonly Dictionary<long, MessageBody> _bodies = [];
    private List<(ICommitSource Source, bool Urgent)> _enlisted = [];
    private long _bodyId;

    public string Name => "hand";

    public string? Problem => null;

    public bool IsShared { get; set; }

    public DateTimeOffset LatestDecision => DateTimeOffset.UnixEpoch;

    /// <summary>What reading throws; null where it works.</summary>
    public StoreException? ReadFailure { get; set; }

    /// <summary>What reading waits for; null where it waits for nothing.</summary>
    public Task? ReadsAfter { get; set; }

    public int Enlisted
    {
        get
        {
            lock (_gate)
            {
                return _enlisted.Count;
            }
        }
    }

    /// <summary>How many of them somebody waits for.</summary>
    public int EnlistedUrgently
    {
        get
        {
            lock (_gate)
            {
                return _enlisted.Count(enlisted => enlisted.Urgent);
            }
        }
    }

    public long NextBodyId() => Interlocked.Increment(ref _bodyId);

    public void Enlist(ICommitSource source, bool urgent)
    {
        lock (_gate)
        {
            _enlisted.Add((source, urgent));
        }
    }

    public async ValueTask<StoredEntity?> LoadAsync(EntityKey key, CancellationToken cancellationToken = default)
    {
        await (ReadsAfter ?? Task.CompletedTask);
        lock (_gate)
        {
            return ReadFailure is not null ? throw ReadFailure
                : _entities.TryGetValue(key, out var found)
                ? new StoredEntity(
                    found.Version, [.. found.Rows.OrderBy(row => Convert.ToHexString(row.Key.Encode()), StringComparer.Ordinal).Select(row => new Row(row.Key, row.Value))])
                : null;
        }
    }

    public ValueTask<IReadOnlyList<MessageBody?>> ReadBodiesAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return ReadFailure is null
                ? new([.. ids.Select(id => _bodies.TryGetValue(id, out var body) ? body : default(MessageBody?))])
                : throw ReadFailure;
        }
    }

    public ValueTask<IReadOnlyList<(EntityKey Key, DateTimeOffset At)>> ReadWakesAsync(
        DateTimeOffset dueBy, CancellationToken cancellationToken = default) => new([]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The rows of an entity of one kind, as they are stored.</summary>
    public int Rows(EntityKey key, char kind)
    {
        lock (_gate)
        {
            return _entities.TryGetValue(key, out var found) ? found.Rows.Keys.Count(row => row.Kind == kind) : 0;
        }
    }

    /// <summary>Changes an entity behind the back of whoever has it in memory.</summary>
    public void ChangeElsewhere(EntityKey key)
    {
        lock (_gate)
        {
            var (version, rows) = _entities[key];
            _entities[key] = (version + 1, rows);
        }
    }

    /// <summary>Collects from all who have enlisted, those first for whom somebody waits.</summary>
    public Transaction Collect()
    {
        List<(ICommitSource Source, bool Urgent)> sources;
        lock (_gate)
        {
            (sources, _enlisted) = (_enlisted, []);
        }

        var collected = new List<(ICommitSource, EntityCommit)>();
        foreach (var (source, _) in sources.OrderByDescending(enlisted => enlisted.Urgent))
        {
            var commit = new EntityCommit();
            source.Collect(commit);
            if (!commit.IsEmpty)
            {
                collected.Add((source, commit));
            }
        }

        return new Transaction(this, collected);
    }

    /// <summary>Commits until nobody has enlisted any more.</summary>
    public void CommitAll()
    {
        while (Enlisted > 0)
        {
            Collect().Succeed();
        }
    }

    /// <summary>Goes on committing until something has come to its end.</summary>
    public async Task<T> CommitUntilAsync<T>(Task<T> ended)
    {
        await CommitUntilAsync((Task)ended);
        return await ended;
    }

    public async Task CommitUntilAsync(Task ended)
    {
        for (var turns = 0; !ended.IsCompleted; turns++)
        {
            Assert.True(turns < 5_000, "it never ended");
            CommitAll();
            await Task.WhenAny(ended, Task.Delay(2));
        }

        await ended;
    }

    private bool Apply(EntityCommit commit)
    {
        lock (_gate)
        {
            if (!_entities.TryGetValue(commit.Key, out var entity))
            {
                entity = (0, []);
            }

            if (entity.Version != commit.ExpectedVersion)
            {
                return false;
            }

            if (commit.OnlyCompares)
            {
                return true;
            }

            foreach (var row in commit.Rows)
            {
                entity.Rows.Remove(row.Key);
                if (!row.Delete)
                {
                    entity.Rows.Add(row.Key, commit.ValueOf(row).ToArray());
                }
            }

            commit.Bodies.ForEach(body => _bodies.Add(body.Id, body.Body));
            commit.DeletedBodies.ForEach(id => _bodies.Remove(id));
            _entities[commit.Key] = (entity.Version + 1, entity.Rows);
            return true;
        }
    }

    /// <summary>Commits that were collected together.</summary>
    internal sealed class Transaction(HandStore store, List<(ICommitSource Source, EntityCommit Commit)> collected)
    {
        public int Entities => collected.Count;

        public void Succeed()
        {
            var applied = collected.Select(one => (one.Source, Done: store.Apply(one.Commit))).ToArray();
            foreach (var (source, done) in applied)
            {
                Complete(source, done ? null : new StoreException("changed elsewhere"));
            }
        }

        public void Fail() => collected.ForEach(one => Complete(one.Source, new StoreException("the disk is full")));

        private static void Complete(ICommitSource source, StoreException? failure)
        {
            if (source.Complete(failure) is { } next)
            {
                ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
            }
        }

        /// <summary>It was applied, and nobody could know.</summary>
        public void FailAfterApplying()
        {
            collected.ForEach(one => store.Apply(one.Commit));
            Fail();
        }
    }
}
