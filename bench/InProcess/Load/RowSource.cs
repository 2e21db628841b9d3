using System.Buffers;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Bench.InProcess.Load;

/// <summary>The least that an entity can be: one row of its own, rewritten by every commit, with no machine and no fabric above it.</summary>
internal sealed class RowSource(IEntityStore store, string name) : ICommitSource, IThreadPoolWorkItem
{
    // About as long as the row of a lock that is held.
    private const int RowSize = 48;
    private static readonly RowKey Row = RowKey.Of('h');

    private readonly EntityKey key = EntityKey.Lock(name);
    private readonly byte[] value = new byte[RowSize];
    private long version;
    private TaskCompletionSource done = new();
    private StoreException? failure;

    /// <summary>Commits once, and returns when it is durable. One at a time.</summary>
    public Task CommitAsync()
    {
        done = new TaskCompletionSource();
        store.Enlist(this, urgent: true);
        return done.Task;
    }

    void ICommitSource.Collect(EntityCommit commit)
    {
        commit.Key = key;
        commit.ExpectedVersion = version++;
        commit.DecidedAt = DateTimeOffset.UnixEpoch;
        commit.Wake = null;
        value[0]++;
        commit.Add(Row, (_, writer) =>
        {
            writer.Write(value);
            return true;
        });
    }

    IThreadPoolWorkItem? ICommitSource.Complete(StoreException? failure)
    {
        this.failure = failure;
        return this;
    }

    // As an entity's callers do, its caller goes on here, beside those of other commits of the transaction.
    void IThreadPoolWorkItem.Execute()
    {
        if (failure is null)
            done.SetResult();
        else
            done.SetException(failure);
    }
}
