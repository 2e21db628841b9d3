using System.Diagnostics;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite;

/// <summary>
/// The one connection that writes. Puts the commits of all entities that have enlisted into one transaction: one fsync for all of
/// them. While it writes, the next ones enlist.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const long ReservedMs = 1_000;
    private const long ReservedBodies = 100_000;

    private readonly SqliteConnection _connection;
    private readonly StoreMetrics _metrics;
    private readonly Checkpointer _checkpointer;
    private readonly Statement _moveRest;
    private readonly EntityCommit _commit = new();
    private readonly EntityTables _tables;
    private readonly List<(ICommitSource Source, StoreException? Failure)> _collected = [];
    private readonly Statement _begin, _end, _rollBack, _fabric;
    private long _decidedAt;
    private long _timeReserved;
    private long _timeReserving;
    private long _bodiesReserved;
    private long _bodiesReserving;

    public SqliteWriter(SqliteConnection connection, Checkpointer checkpointer, StoreMetrics metrics, long decidedAt)
    {
        _connection = connection;
        _metrics = metrics;
        _checkpointer = checkpointer;
        _moveRest = new(connection, Checkpointer.Sql);
        _decidedAt = _timeReserved = decidedAt;
        _begin = new(connection, "BEGIN IMMEDIATE");
        _end = new(connection, "COMMIT");
        _rollBack = new(connection, "ROLLBACK");
        _tables = new EntityTables(connection);
        _fabric = new(connection, "UPDATE fabric SET decided_at_ms = ?, body_high = ?");
    }

    /// <summary>Commits what the sources have to commit, and tells each what became of it. Returns the failure that hit all of them.</summary>
    /// <param name="sources">Those who enlisted.</param>
    /// <param name="bodyHigh">The highest body number given out so far.</param>
    public StoreException? Commit(IReadOnlyList<ICommitSource> sources, Func<long> bodyHigh)
    {
        _collected.Clear();
        StoreException? failure = null;
        var taken = 0;
        try
        {
            _tables.BeginCount();
            _begin.Run();
            for (; taken < sources.Count; taken++)
            {
                Take(sources[taken]);
            }

            ReserveAhead(bodyHigh());
            var start = Stopwatch.GetTimestamp();
            _end.Run();
            (_timeReserved, _bodiesReserved) = (_timeReserving, _bodiesReserving);
            Measure(start);
        }
        catch (SqliteException e)
        {
            failure = new StoreException($"the database cannot be written: {e.Message}", e);
            RollBack();
            FailRest(sources, taken);
        }

        var next = new Continuations();
        foreach (var (source, mismatch) in _collected)
        {
            next.Add(source.Complete(failure ?? mismatch));
        }

        next.Go();

        Checkpoint();
        return failure;
    }

    /// <summary>Writes down how far the clock and the numbers have come exactly, since nothing is decided any more.</summary>
    public void Settle(long bodyHigh)
    {
        try
        {
            _fabric.Bind(1, _decidedAt).Bind(2, bodyHigh).Run();
        }
        catch (SqliteException)
        {
            // What was reserved ahead holds as well.
        }
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_begin, _end, _rollBack, _fabric, _moveRest])
        {
            statement.Dispose();
        }

        _tables.Dispose();
        _connection.Dispose();
    }

    /// <summary>
    /// Writes down how far the clock and the numbers of bodies may have come: a little ahead of what they have, so that this page need not
    /// be written with every commit. After a crash both go on from there.
    /// </summary>
    private void ReserveAhead(long bodyHigh)
    {
        (_timeReserving, _bodiesReserving) = (_timeReserved, _bodiesReserved);
        if (_decidedAt > _timeReserved || bodyHigh >= _bodiesReserved)
        {
            _timeReserving = _decidedAt > _timeReserved ? _decidedAt + ReservedMs : _timeReserved;
            _bodiesReserving = bodyHigh + ReservedBodies;
            _fabric.Bind(1, _timeReserving).Bind(2, _bodiesReserving).Run();
        }
    }

    private void Take(ICommitSource source)
    {
        if (!Collect(source))
        {
            return;
        }

        var at = _collected.Count - 1;
        var (number, version) = _tables.Find(_commit.Key);
        if (version != _commit.ExpectedVersion)
        {
            // Somebody else has changed this entity: its commit fails, those of the others do not.
            _tables.Forget(_commit.Key);
            _collected[at] = (source, StoreException.Overtaken(_commit.Key, version, _commit.ExpectedVersion));
            return;
        }

        _tables.Write(_commit, number);
        _decidedAt = Math.Max(_decidedAt, _commit.DecidedAt.ToUnixTimeMilliseconds());
    }

    /// <summary>Whether there is something to write. An entity that cannot say what fails alone: the writer must outlive it.</summary>
    private bool Collect(ICommitSource source)
    {
        _commit.Clear();
        try
        {
            source.Collect(_commit);
        }
        catch (Exception e)
        {
            _collected.Add((source, new StoreException($"a commit could not be put together: {e.Message}", e)));
            return false;
        }

        if (!_commit.IsEmpty)
        {
            _collected.Add((source, null));
        }

        return !_commit.IsEmpty;
    }

    private void Checkpoint()
    {
        if (!_checkpointer.Count(_tables.Pages))
        {
            return;
        }

        try
        {
            _moveRest.Next();
            _moveRest.Reset();
        }
        catch (SqliteException)
        {
            // What could not be moved is in the log still, and is moved the next time.
        }
    }

    private void Measure(long start)
    {
        _metrics.Fsync.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        _metrics.Entities.Record(_collected.Count);
        if (_tables.Bodies > 0)
        {
            _metrics.Bodies.Record(_tables.Bodies);
        }
    }

    private void RollBack()
    {
        _metrics.Failures.Add(1);
        _tables.BeginAnew();
        try
        {
            _rollBack.Run();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full.
        }
    }

    /// <summary>Those who were not reached have enlisted too, and must be told.</summary>
    private void FailRest(IReadOnlyList<ICommitSource> sources, int taken)
    {
        for (var i = taken + 1; i < sources.Count; i++)
        {
            Collect(sources[i]);
        }

        // The one at which it failed is among the collected, unless the transaction could not even begin.
        if (taken < sources.Count && !_collected.Exists(collected => collected.Source == sources[taken]))
        {
            Collect(sources[taken]);
        }
    }
}
