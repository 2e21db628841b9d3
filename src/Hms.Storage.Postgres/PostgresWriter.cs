using System.Diagnostics;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>
/// The one connection of this process that writes. Puts the commits of all entities that have enlisted into one transaction; while it is
/// under way, the next ones enlist. A connection that failed is thrown away, and the next commit makes a new one.
/// </summary>
internal sealed class PostgresWriter(Database database, BodyNumbers numbers, StoreMetrics metrics, long decidedAt) : IDisposable
{
    // Processes wait for one another at the row with the time: they write it no more often than this.
    private const long TimePeriodMs = 250;
    private const int TriesMax = 2;

    private readonly EntityCommit _commit = new();
    private readonly List<PendingCommit> _collected = [];
    private readonly HashSet<EntityKey> _keys = [];
    private NpgsqlConnection? _connection;
    private long _decidedAt = decidedAt;
    private long _timeWritten = decidedAt;
    private bool _committing;

    /// <summary>
    /// Commits what the sources have to commit, and tells each what became of it; where there are none, only tries whether it could. Returns the
    /// failure that hit all of them.
    /// </summary>
    public StoreException? Commit(IReadOnlyList<ICommitSource> sources)
    {
        _collected.Clear();
        _keys.Clear();
        foreach (var source in sources)
        {
            Collect(source);
        }

        // Where all had nothing to say, nothing is learnt by asking the database, unless it was away.
        var commits = _collected.FindAll(commit => commit.Failure is null);
        var failure = commits.Count == 0 && sources.Count > 0 && _connection is not null ? null : Write(commits);
        var next = new Continuations();
        foreach (var commit in _collected)
        {
            next.Add(commit.Source.Complete(commit.Failure ?? failure));
        }

        next.Go();
        return failure;
    }

    /// <summary>Writes down how far the clock has come exactly, since nothing is decided any more.</summary>
    public void Settle()
    {
        if (_connection is null || _decidedAt == _timeWritten)
        {
            return;
        }

        try
        {
            using var batch = _connection.CreateBatch();
            batch.BatchCommands.Add(TimeStatement());
            batch.ExecuteNonQuery();
        }
        catch (Exception e) when (Postgres.IsAway(e))
        {
            // What was written down before is nearly as good.
        }
    }

    public void Dispose() => _connection?.Dispose();

    /// <summary>An entity that cannot say what it commits fails alone: the writer must outlive it.</summary>
    private void Collect(ICommitSource source)
    {
        _commit.Clear();
        try
        {
            source.Collect(_commit);
            if (!_commit.IsEmpty)
            {
                // Two commits of one entity would each expect the version that the other moves on.
                var twice = _keys.Add(_commit.Key) ? null : new StoreException($"{_commit.Key} is in this transaction already");
                _collected.Add(new PendingCommit(source, _commit, twice));
            }
        }
        catch (Exception e)
        {
            _commit.Clear();
            _collected.Add(new PendingCommit(source, _commit, new StoreException($"a commit could not be put together: {e.Message}", e)));
        }
    }

    private StoreException? Write(List<PendingCommit> commits)
    {
        for (var tries = 1; ; tries++)
        {
            _committing = false;
            try
            {
                WriteOnce(commits);
                return null;
            }
            catch (Exception e)
            {
                _connection?.Dispose();
                _connection = null;

                // What was not committed for certain may be tried again: the server was restarted, or has broken up two who waited for one another.
                var isAgain = !_committing && tries < TriesMax && (Database.IsConnectionLost(e) || Database.IsCollision(e));
                if (!isAgain)
                {
                    metrics.Failures.Add(1);
                    return database.Failure(_committing ? "was lost during a commit, whose outcome is unknown" : "cannot be written", e);
                }

                commits.ForEach(commit => (commit.Number, commit.Failure) = (null, null));
            }
        }
    }

    private void WriteOnce(List<PendingCommit> commits)
    {
        _connection ??= database.OpenToWrite();
        if (numbers.WantsBlock)
        {
            numbers.Add(Migration.Number(_connection, "SELECT nextval('body_block')"));
        }

        if (commits.Count == 0)
        {
            Migration.Number(_connection, "SELECT id FROM fabric");
            return;
        }

        if (commits.TrueForAll(commit => commit.OnlyCompares))
        {
            VersionCheck.Run(_connection, commits);
            metrics.Entities.Record(commits.Count);
            return;
        }

        using var transaction = _connection.BeginTransaction();
        VersionCheck.Run(_connection, commits);
        var (bodies, wasTimeWritten) = WriteRows(_connection, commits.FindAll(commit => commit.Number is not null));
        var start = Stopwatch.GetTimestamp();
        _committing = true;
        transaction.Commit();
        _timeWritten = wasTimeWritten ? _decidedAt : _timeWritten;
        Measure(start, commits.Count, bodies);
    }

    private (int Bodies, bool WasTimeWritten) WriteRows(NpgsqlConnection connection, List<PendingCommit> commits)
    {
        using var batch = connection.CreateBatch();
        var bodies = RowStatements.Add(batch, commits);
        var isTimeWritten = WriteTime(batch, commits);
        if (batch.BatchCommands.Count > 0)
        {
            batch.ExecuteNonQuery();
        }

        return (bodies, isTimeWritten);
    }

    /// <summary>
    /// Writes down how far the clock has come, if it has not for a while. So after a crash the clock goes on from a little before the latest decision
    /// where it was set back meanwhile; an entity whose next silo has a slower clock sees the same. What another has written down is never taken back.
    /// </summary>
    private bool WriteTime(NpgsqlBatch batch, List<PendingCommit> commits)
    {
        foreach (var commit in commits)
        {
            _decidedAt = Math.Max(_decidedAt, commit.DecidedAtMs);
        }

        if (_decidedAt < _timeWritten + TimePeriodMs)
        {
            return false;
        }

        batch.BatchCommands.Add(TimeStatement());
        return true;
    }

    private NpgsqlBatchCommand TimeStatement() => VersionCheck.Command(
        "UPDATE fabric SET decided_at_ms = greatest(decided_at_ms, $1)", new NpgsqlParameter<long> { TypedValue = _decidedAt });

    private void Measure(long start, int entities, int bodies)
    {
        metrics.Fsync.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        metrics.Entities.Record(entities);
        if (bodies > 0)
        {
            metrics.Bodies.Record(bodies);
        }
    }
}
