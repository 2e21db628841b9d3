using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Protocol;

namespace Hms.Fabric.Entities;

/// <content>Committing the state.</content>
public sealed partial class EntityHost<TState, TCommand, TReply>
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    // How long a state that others may have overtaken is used for what nobody waits for, before the store is asked.
    private static readonly TimeSpan CompareAfter = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    void ICommitSource.Collect(EntityCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        lock (_gate)
        {
            // The state may have been thrown away since it enlisted, and whoever waited has been told; or it stands in the store's queue
            // twice, since it was read anew, or its commit became urgent: then the place counts that comes when nothing is under way.
            if (_activation is not { Enlisted: true, UnderWay: null } activation)
            {
                commit.Key = key;
                commit.IsEmpty = true;
                return;
            }

            activation.Enlisted = activation.EnlistedUrgently = false;
            activation.UnderWay = activation.Open;
            activation.Open = null;
            activation.Collect(key, commit, services.Bodies);
        }
    }

    /// <inheritdoc/>
    IThreadPoolWorkItem? ICommitSource.Complete(StoreException? failure)
    {
        Commit? commit;
        Commit? behind = null;
        FaultException? fault = null;
        var speaks = false;
        lock (_gate)
        {
            if (_activation is not { UnderWay: not null } activation)
            {
                return null;
            }

            commit = activation.UnderWay;
            activation.UnderWay = null;
            if (failure is null)
            {
                services.Bodies.Stored(commit.Bodies);
                activation.Outbox.Durable = commit.OutboxTo;
                speaks = !activation.Outbox.IsEmpty;
            }
            else
            {
                fault = Unavailable(failure);
                behind = activation.Open;
                Discard(activation, commit, fault);
            }
        }

        if (fault is not null)
        {
            LogCommitFailed(services.Logger, Key, failure!.Message);
            commit.Fail(fault, services.Background);
            behind?.Fail(fault, services.Background);
            Reset?.Invoke();
            if (failure.IsOvertaken)
            {
                services.Overtaken(key);
            }

            return null;
        }

        if (speaks)
        {
            // Not here: what others decide on hearing it must not hold up the store's writer, nor who waits for it.
            _ = services.Background.RunAsync(SpeakAsync);
        }

        return commit;
    }

    /// <summary>
    /// A machine that threw, which is a bug of ours, may have changed half of what it meant to: none of that may be persisted, so the
    /// state goes. What the store is writing at this moment was decided before; whoever waits for it is told that its outcome is unknown.
    /// </summary>
    private void DiscardAfter(Activation activation, Exception bug)
    {
        var fault = Unavailable(new StoreException($"{key} was given up: {bug.Message}", bug));
        var (underWay, open) = (activation.UnderWay, activation.Open);
        Discard(activation, underWay, fault);
        underWay?.Fail(fault, services.Background);
        open?.Fail(fault, services.Background);
    }

    private void Discard(Activation activation, Commit? commit, FaultException fault)
    {
        services.Bodies.Remove(commit?.Bodies ?? [], stored: false);
        services.Bodies.Remove([.. activation.State.Changes.Bodies.Keys], stored: false);
        services.Bodies.Remove(activation.State.Changes.UnstoredBodies, stored: false);
        activation.Outbox.Abandon(fault);
        _activation = null;
        _scheduled = null;
        Observed?.Invoke(null);

        // Deadlines that were kept in memory only went with the state; those that are stored are looked at again.
        RetryLater();
    }

    /// <summary>Sees to it that what was decided is committed: soon where somebody waits for it or hears of it, else when there is room.</summary>
    private void Persist(Activation activation, bool waits)
    {
        if (activation.IsDirty || (services.Store.IsShared && (waits || activation.IsToBeCompared)))
        {
            activation.Open ??= new Commit();
            var isUrgent = waits || activation.Outbox.HasNews;
            if (!activation.Enlisted || (isUrgent && !activation.EnlistedUrgently))
            {
                activation.Enlisted = true;
                activation.EnlistedUrgently = isUrgent;
                services.Store.Enlist(this, isUrgent);
            }
        }

        // A wake-up that comes too early does no harm, so only an earlier one is worth asking for.
        if (activation.State.NextWake is { } next && (_scheduled is null || next < _scheduled))
        {
            _scheduled = next;
            services.Wakeups.Schedule(key, next);
        }
    }

    private static FaultException Unavailable(StoreException failure) => new(
        new Fault(ErrorCode.Unavailable, "the store is away; whether the last change was made is unknown") { RetryAfter = RetryPause },
        failure);

    /// <summary>The state in memory, and its commits.</summary>
    private sealed class Activation(TState state, long version, DateTimeOffset loadedAt, IBackground background)
    {
        private long _version = version;
        private DateTimeOffset _comparedAt = loadedAt;

        public TState State => state;

        public Outbox Outbox { get; } = new(background);

        public DateTimeOffset DecidedAt { get; set; } = loadedAt;

        /// <summary>The commit that is being collected.</summary>
        public Commit? Open { get; set; }

        /// <summary>The commit that the store is writing.</summary>
        public Commit? UnderWay { get; set; }

        public bool Enlisted { get; set; }

        public bool EnlistedUrgently { get; set; }

        public bool Speaking { get; set; }

        public bool IsToBeCompared => DecidedAt - _comparedAt >= CompareAfter;

        public bool IsDirty => !state.Changes.IsEmpty || Outbox.Changed.Count > 0;

        /// <summary>Completes when all decided so far is durable; null when it is.</summary>
        public Task? Pending => (Open ?? UnderWay)?.Done;

        public bool CanPassivate => Open is null && UnderWay is null && !Enlisted && Outbox.IsEmpty && state.IsQuiescent;

        public void Load(IReadOnlyList<Row> rows)
        {
            foreach (var row in rows)
            {
                if (Outbox.Owns(row.Key))
                {
                    Outbox.Load(row.Key, row.Value);
                }
                else
                {
                    state.Load(row.Key, row.Value);
                }
            }

            state.Loaded();
            Outbox.Loaded();
        }

        public void Collect(EntityKey key, EntityCommit commit, BodyCache bodies)
        {
            commit.Key = key;
            commit.ExpectedVersion = _version;
            _version += IsDirty ? 1 : 0;
            _comparedAt = DecidedAt;
            commit.DecidedAt = DecidedAt;
            commit.Wake = Outbox.IsEmpty ? state.DurableWake : DateTimeOffset.UnixEpoch;
            foreach (var row in state.Changes.Rows)
            {
                commit.Add(row, state.Write);
            }

            foreach (var row in Outbox.Changed)
            {
                commit.Add(row, Outbox.Write);
            }

            foreach (var (id, body) in state.Changes.Bodies)
            {
                commit.Bodies.Add((id, body));
            }

            commit.DeletedBodies.AddRange(state.Changes.DeletedBodies);
            bodies.Remove(state.Changes.DeletedBodies, stored: true);
            bodies.Remove(state.Changes.UnstoredBodies, stored: false);
            UnderWay!.Bodies = [.. state.Changes.Bodies.Keys];
            UnderWay.OutboxTo = Outbox.Last;
            state.Changes.Clear();
            Outbox.Taken();
        }
    }

    /// <summary>
    /// One commit, and those who wait for it. They go on one after the other on one thread of the pool, with those of other commits of the
    /// transaction: waking a thread for each of them costs more than most of them have left to do.
    /// </summary>
    private sealed class Commit : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource _done = new();

        public Task Done => _done.Task;

        public long[] Bodies { get; set; } = [];

        public long OutboxTo { get; set; }

        void IThreadPoolWorkItem.Execute() => _done.TrySetResult();

        public void Fail(FaultException fault, IBackground background) => background.Run(
            static it =>
            {
                it.Done.TrySetException(it.Fault);

                // Nobody may be waiting; then nobody need hear of it.
                _ = it.Done.Task.Exception;
            },
            (Done: _done, Fault: fault));
    }
}
