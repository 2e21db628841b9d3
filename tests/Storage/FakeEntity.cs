using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Storage;

/// <summary>An entity that commits what the test tells it to.</summary>
internal sealed class FakeEntity(string name, long version = 0) : ICommitSource
{
    // Only turns what never ends into a failure.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource<StoreException?> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EntityKey Key { get; } = new(EntityKind.Mailbox, name);

    public Dictionary<RowKey, byte[]?> Rows { get; } = [];

    public Dictionary<long, MessageBody> Bodies { get; } = [];

    public List<long> DeletedBodies { get; } = [];

    public DateTimeOffset DecidedAt { get; init; } = DateTimeOffset.UnixEpoch;

    public DateTimeOffset? Wake { get; init; }

    /// <summary>Run by the writer while it collects.</summary>
    public Action Collecting { get; init; } = () => { };

    public bool IsEmpty { get; init; }

    /// <summary>How the commit ended: null where it is durable.</summary>
    public Task<StoreException?> Completed => _completed.Task.WaitAsync(Patience);

    public Task<StoreException?> CommitAsync(IEntityStore store)
    {
        store.Enlist(this, urgent: true);
        return Completed;
    }

    public void Collect(EntityCommit commit)
    {
        Collecting();
        commit.Key = Key;
        commit.ExpectedVersion = version;
        commit.DecidedAt = DecidedAt;
        commit.Wake = Wake;
        commit.IsEmpty = IsEmpty;
        foreach (var (key, value) in Rows)
        {
            commit.Add(key, (_, writer) =>
            {
                System.Buffers.BuffersExtensions.Write(writer, value ?? []);
                return value is not null;
            });
        }

        commit.Bodies.AddRange(Bodies.Select(body => (body.Key, body.Value)));
        commit.DeletedBodies.AddRange(DeletedBodies);
    }

    public IThreadPoolWorkItem? Complete(StoreException? failure)
    {
        _completed.SetResult(failure);
        return null;
    }
}
