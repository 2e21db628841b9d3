using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Simulation.World;

namespace Hms.Simulation.Storage;

/// <summary>
/// The store as one node has it: reads take a while, and commits are collected into one transaction at a time, as the real stores do.
/// Readers may see what was there when they asked, or when they were answered.
/// </summary>
internal sealed class NodeStore(SimWorld world, SimNode node) : IEntityStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Reading = TimeSpan.FromMilliseconds(2);

    private readonly List<ICommitSource> _urgent = [];
    private readonly List<ICommitSource> _patient = [];
    private Transaction? _transaction;
    private bool _collects;
    private bool _waits;

    public string Name => "simulated";

    public string? Problem => null;

    public bool IsShared => world.Machines.Count > 1;

    public DateTimeOffset LatestDecision => world.Store.LatestDecision;

    public long NextBodyId() => world.Store.NextBodyId();

    public async ValueTask<StoredEntity?> LoadAsync(EntityKey key, CancellationToken cancellationToken = default)
    {
        var read = await ReadAsync(() => world.Store.Find(key), cancellationToken);
        return read?.Read();
    }

    public async ValueTask<IReadOnlyList<MessageBody?>> ReadBodiesAsync(
        IReadOnlyList<long> ids, CancellationToken cancellationToken = default) =>
        await ReadAsync(() => ids.Select(world.Store.FindBody).ToArray(), cancellationToken);

    public async ValueTask<IReadOnlyList<(EntityKey Key, DateTimeOffset At)>> ReadWakesAsync(
        DateTimeOffset dueBy, CancellationToken cancellationToken = default) =>
        await ReadAsync(
            () => world.Store.Keys.Where(key => world.Store.Find(key)!.Wake <= dueBy)
                .Select(key => (key, world.Store.Find(key)!.Wake!.Value)).ToArray(),
            cancellationToken);

    public void Enlist(ICommitSource source, bool urgent)
    {
        if (urgent)
        {
            _urgent.Add(source);
            CollectSoon();
        }
        else if (!_patient.Contains(source))
        {
            _patient.Add(source);
            if (!_waits)
            {
                _waits = true;
                world.Scheduler.After(Patience, node.Context, "patience ends", CollectSoon);
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The node has died: a transaction that is on its way takes place or does not, and nobody hears of it.</summary>
    public void Die() => _transaction?.Die();

    private async Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        var early = world.Dice.Chance(0.5);
        var result = early ? read() : default;
        await world.Scheduler.DelayAsync(world.Dice.Delay(Reading), node.Context);
        cancellationToken.ThrowIfCancellationRequested();
        return world.Store.IsAway ? throw new StoreException("the store is away") : early ? result! : read();
    }

    private void CollectSoon()
    {
        if (!_collects && _transaction is null)
        {
            _collects = true;
            world.Scheduler.Add(node.Context, "collects", Collect);
        }
    }

    private void Collect()
    {
        _collects = _waits = false;
        ICommitSource[] sources = [.. _urgent, .. _patient];
        _urgent.Clear();
        _patient.Clear();
        var commits = new List<(ICommitSource Source, EntityCommit Commit)>();
        foreach (var source in sources)
        {
            var commit = new EntityCommit();
            source.Collect(commit);
            if (!commit.IsEmpty)
            {
                commits.Add((source, commit));
            }
        }

        if (commits.Count > 0)
        {
            _transaction = new Transaction(world, node, commits, Ended);
            _transaction.Begin();
        }
    }

    private void Ended()
    {
        _transaction = null;
        if (_urgent.Count + _patient.Count > 0)
        {
            CollectSoon();
        }
    }
}
