using Hms.Domain.Entities;

namespace Hms.Fabric.Storage;

/// <summary>
/// Where entities live: each a version and a small set of rows, and beside them the bodies of messages. A store puts the commits of many
/// entities into one transaction and one fsync; the version of each is checked by itself, so that a mismatch fails that entity alone.
/// </summary>
public interface IEntityStore : IAsyncDisposable
{
    /// <summary>What it is, such as <c>sqlite</c>.</summary>
    string Name { get; }

    /// <summary>Why it cannot write now; null while it can.</summary>
    string? Problem { get; }

    /// <summary>
    /// Whether other processes write here too, so that what an entity has in memory may have been overtaken. Then a reply waits for a
    /// commit even where nothing was changed: one without rows, which only compares the version. Default false.
    /// </summary>
    bool IsShared => false;

    /// <summary>
    /// The latest time that any commit was decided at: the fabric's clock never goes behind it. So that it need not be written with every commit, it
    /// may be up to <see cref="LatestDecisionAhead"/> after it or, where several processes write and have clocks of their own, a moment before it.
    /// </summary>
    DateTimeOffset LatestDecision { get; }

    /// <summary>How far <see cref="LatestDecision"/> may be ahead of the latest decision.</summary>
    static readonly TimeSpan LatestDecisionAhead = TimeSpan.FromSeconds(1);

    /// <summary>A number for a body, never given out before, also not before a restart.</summary>
    long NextBodyId();

    /// <summary>Reads an entity; null where it was never stored.</summary>
    /// <exception cref="StoreException">The store is away.</exception>
    ValueTask<StoredEntity?> LoadAsync(EntityKey key, CancellationToken cancellationToken = default);

    /// <summary>Reads bodies, in the order asked for; null for one that is gone.</summary>
    /// <exception cref="StoreException">The store is away.</exception>
    ValueTask<IReadOnlyList<MessageBody?>> ReadBodiesAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken = default);

    /// <summary>The entities that want to be woken, with their times.</summary>
    /// <param name="dueBy">Only those that want to be by then.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="StoreException">The store is away.</exception>
    ValueTask<IReadOnlyList<(EntityKey Key, DateTimeOffset At)>> ReadWakesAsync(
        DateTimeOffset dueBy, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says that an entity has something to commit. The store collects it when it puts its next transaction together: all that the
    /// entity has decided by then is one commit. Every enlistment is followed by a collection, one that is not urgent perhaps by the one
    /// that an earlier such enlistment waits for; a collection is followed by one completion unless there turned out to be nothing to
    /// commit.
    /// </summary>
    /// <param name="source">The entity.</param>
    /// <param name="urgent">Whether it goes with the next transaction, since somebody waits for it. Others are collected in their order, as
    /// many with each transaction as delay it little.</param>
    void Enlist(ICommitSource source, bool urgent);
}

/// <summary>An entity that has something to commit.</summary>
public interface ICommitSource
{
    /// <summary>Puts what is to be committed into <paramref name="commit"/>. Called by the store's writer; it must not wait.</summary>
    void Collect(EntityCommit commit);

    /// <summary>Says what became of the commit collected last; null when it is durable. Called by the store's writer; it must not wait.</summary>
    /// <returns>What is to be done now, away from the writer; null where that is nothing.</returns>
    IThreadPoolWorkItem? Complete(StoreException? failure);
}

/// <summary>An entity as it is stored.</summary>
/// <param name="Version">How many commits it has seen.</param>
/// <param name="Rows">Its rows, by key.</param>
public sealed record StoredEntity(long Version, IReadOnlyList<Row> Rows);

/// <summary>The store is away, has no room, or an entity's version was not the one expected. The outcome may be unknown.</summary>
/// <param name="message">What is wrong, for the operator.</param>
/// <param name="innerException">What the store said.</param>
public sealed class StoreException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether another process has changed the entity meanwhile: what this one has of it in memory is of no use any more.</summary>
    public bool IsOvertaken { get; private init; }

    /// <summary>An entity's version was not the one expected.</summary>
    public static StoreException Overtaken(EntityKey key, long version, long expected) =>
        new($"{key} is at version {version}, not at {expected}: it was changed elsewhere") { IsOvertaken = true };

    /// <summary>The store takes and gives nothing any more.</summary>
    internal static StoreException Closed() => new("the database has been closed");
}
