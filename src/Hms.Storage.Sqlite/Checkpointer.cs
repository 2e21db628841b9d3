using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite;

/// <summary>
/// Moves what is in the write-ahead log into the database, beside the writer and not in its way: on a connection and a thread of its own,
/// until little is left; that little the writer moves itself, and the log begins anew. Left to SQLite, the writer would do all of it in the
/// middle of a commit, while everybody waits.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    private const int Passes = 4;

    // Pages that the writer may move itself: a few milliseconds.
    private const int LittleLeft = 400;

    private readonly SqliteConnection _connection;
    private readonly Statement _checkpoint;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Thread _thread;
    private readonly int _pages;
    private volatile bool _stopping;
    private volatile bool _finished;
    private bool _asked;
    private long _written;

    /// <param name="connection">A connection for this alone.</param>
    /// <param name="pages">Pages in the log at which it begins.</param>
    public Checkpointer(SqliteConnection connection, int pages)
    {
        _connection = connection;
        _pages = pages;
        _checkpoint = new Statement(connection, Sql);
        _thread = new Thread(MoveUntilStopped) { IsBackground = true, Name = "hms-sqlite-checkpoint" };
        _thread.Start();
    }

    /// <summary>The statement that moves all that can be moved without waiting for anybody; returns busy, pages in the log, pages moved.</summary>
    public static string Sql => "PRAGMA wal_checkpoint(PASSIVE)";

    /// <summary>Counts what a commit has written; true where the writer is to move the rest now.</summary>
    /// <param name="pages">Pages, roughly.</param>
    public bool Count(int pages)
    {
        _written += pages;
        if (_finished)
        {
            _finished = _asked = false;
            _written = 0;
            return true;
        }

        if (_written >= _pages && !_asked)
        {
            _asked = true;
            _wanted.Release();
        }

        return false;
    }

    public void Dispose()
    {
        _stopping = true;
        _wanted.Release();
        _thread.Join();
        _checkpoint.Dispose();
        _connection.Dispose();
        _wanted.Dispose();
    }

    private void MoveUntilStopped()
    {
        while (true)
        {
            _wanted.Wait();
            if (_stopping)
            {
                return;
            }

            for (var pass = 0; pass < Passes && Move() > LittleLeft; pass++)
            {
            }

            _finished = true;
        }
    }

    /// <summary>Moves what it can, and returns how many pages came in the meantime.</summary>
    private long Move()
    {
        try
        {
            var left = _checkpoint.Next() ? _checkpoint.Number(1) - _checkpoint.Number(2) : 0;
            _checkpoint.Reset();
            return left;
        }
        catch (SqliteException)
        {
            // No room, or an I/O error: the log goes on growing, and the next time it may go better. Commits tell what is wrong.
            return 0;
        }
    }
}
