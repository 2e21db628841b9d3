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
    private const int KnownMax = 1_000_000;
    private const long ReservedMs = 1_000;
    private const long ReservedBodies = 100_000;

    private readonly SqliteConnection _connection;
    private readonly StoreMetrics _metrics;
    private readonly Checkpointer _checkpointer;
    private readonly Statement _moveRest;
    private readonly EntityCommit _commit = new();
    private readonly Dictionary<EntityKey, (long Number, long Version)> _known = [];
    private readonly List<(ICommitSource Source, StoreException? Failure)> _collected = [];
    private readonly Statement _begin, _end, _rollBack, _findEntity, _addEntity, _updateEntity, _putRow, _deleteRow, _addBody, _deleteBody, _fabric;
    private long _decidedAt;
    private long _timeReserved;
    private long _bodiesReserved;
    private int _bodies;
    private long _bytes;
    private int _rows;

    public SqliteWriter(SqliteConnection connection, Checkpointer checkpointer, StoreMetrics metrics, long decidedAt)
    {
        _connection = connection;
        _metrics = metrics;
        _checkpointer = checkpointer;
        _moveRest = new(connection, Checkpointer.Sql);
        _decidedAt = decidedAt;
        _begin = new(connection, "BEGIN IMMEDIATE");
        _end = new(connection, "COMMIT");
        _rollBack = new(connection, "ROLLBACK");
        _findEntity = new(connection, "SELECT no, version FROM entity WHERE kind = ? AND name = ?");
        _addEntity = new(connection, "INSERT INTO entity (kind, name, version) VALUES (?, ?, 0) RETURNING no");
        _updateEntity = new(connection, "UPDATE entity SET version = ?, wake_ms = ? WHERE no = ?");
        _putRow = new(connection, "INSERT INTO row VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");
        _deleteRow = new(connection, "DELETE FROM row WHERE entity = ? AND key = ?");
        _addBody = new(connection, "INSERT INTO body VALUES (?, ?, ?)");
        _deleteBody = new(connection, "DELETE FROM body WHERE id = ?");
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
            _bodies = _rows = 0;
            _bytes = 0;
            _begin.Run();
            for (; taken < sources.Count; taken++)
            {
                Take(sources[taken]);
            }

            ReserveAhead(bodyHigh());
            var start = Stopwatch.GetTimestamp();
            _end.Run();
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
        foreach (var statement in (Statement[])
            [_begin, _end, _rollBack, _findEntity, _addEntity, _updateEntity, _putRow, _deleteRow, _addBody, _deleteBody, _fabric, _moveRest])
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    /// <summary>
    /// Writes down how far the clock and the numbers of bodies may have come: a little ahead of what they have, so that this page need not
    /// be written with every commit. After a crash both go on from there.
    /// </summary>
    private void ReserveAhead(long bodyHigh)
    {
        if (_decidedAt >= _timeReserved || bodyHigh >= _bodiesReserved)
        {
            _timeReserved = _decidedAt + ReservedMs;
            _bodiesReserved = bodyHigh + ReservedBodies;
            _fabric.Bind(1, _timeReserved).Bind(2, _bodiesReserved).Run();
        }
    }

    private void Take(ICommitSource source)
    {
        if (!Collect(source))
        {
            return;
        }

        var at = _collected.Count - 1;
        var (number, version) = Find(_commit.Key);
        if (version != _commit.ExpectedVersion)
        {
            // Somebody else has changed this entity: its commit fails, those of the others do not.
            _known.Remove(_commit.Key);
            _collected[at] = (source, new StoreException(
                $"{_commit.Key} is at version {version}, not at {_commit.ExpectedVersion}: it was changed elsewhere"));
            return;
        }

        Write(number);
        _known[_commit.Key] = (number, version + 1);
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

    private (long Number, long Version) Find(EntityKey key)
    {
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_known.Count >= KnownMax)
        {
            _known.Clear();
        }

        var kind = key.Kind.ToString();
        _findEntity.Bind(1, kind).Bind(2, key.Name);
        if (_findEntity.Next())
        {
            known = (_findEntity.Number(0), _findEntity.Number(1));
            _findEntity.Reset();
            return known;
        }

        _addEntity.Bind(1, kind).Bind(2, key.Name).Next();
        known = (_addEntity.Number(0), 0);
        _addEntity.Reset();
        return known;
    }

    private void Write(long entity)
    {
        foreach (var (id, body) in _commit.Bodies)
        {
            _bytes += body.Message.Length;
            _addBody.Bind(1, id).Bind(2, body.TraceParent).Bind(3, body.Message.Span).Run();
        }

        foreach (var id in _commit.DeletedBodies)
        {
            _deleteBody.Bind(1, id).Run();
        }

        foreach (var row in _commit.Rows)
        {
            if (row.Delete)
            {
                _deleteRow.Bind(1, entity).Bind(2, row.Key.Encode()).Run();
            }
            else
            {
                _putRow.Bind(1, entity).Bind(2, row.Key.Encode()).Bind(3, _commit.ValueOf(in row)).Run();
            }
        }

        _updateEntity.Bind(1, _commit.ExpectedVersion + 1).Bind(2, _commit.Wake?.ToUnixTimeMilliseconds()).Bind(3, entity).Run();
        _bodies += _commit.Bodies.Count;
        _rows += _commit.Rows.Count;
    }

    /// <summary>Says how much was written (a page for each row, which lies in a mailbox of its own, and bodies one after the other).</summary>
    private void Checkpoint()
    {
        const int pageBytes = 4096;
        const int always = 4;
        if (!_checkpointer.Count(always + _rows + (int)(_bytes / pageBytes)))
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
        if (_bodies > 0)
        {
            _metrics.Bodies.Record(_bodies);
        }
    }

    private void RollBack()
    {
        _known.Clear();
        _timeReserved = _bodiesReserved = 0;
        _metrics.Failures.Add(1);
        foreach (var statement in (Statement[])[_findEntity, _addEntity])
        {
            statement.Reset();
        }

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
