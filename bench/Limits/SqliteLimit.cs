using System.Diagnostics;
using Hms.Bench.Load;
using Microsoft.Data.Sqlite;

namespace Hms.Bench.Limits;

/// <summary>Bare SQLite: rows of the message's size, committed so many at a time, with nothing around it.</summary>
internal sealed class SqliteLimit : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand begin;
    private readonly SqliteCommand commit;
    private readonly SqliteCommand insert;

    public SqliteLimit(string path, int rowSize)
    {
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
        Execute("CREATE TABLE row(id INTEGER PRIMARY KEY, body BLOB)");
        begin = Prepare("BEGIN IMMEDIATE");
        commit = Prepare("COMMIT");
        insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO row(body) VALUES ($body)";
        insert.Parameters.Add("$body", SqliteType.Blob).Value = new byte[rowSize];
        insert.Prepare();
    }

    /// <summary>Commits for the given time; the rate is rows, the latency is of a whole commit.</summary>
    public RoundFigure Measure(int rowsPerCommit, TimeSpan time)
    {
        var latency = new Histogram();
        var began = Stopwatch.GetTimestamp();
        long rows = 0;
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            var start = Stopwatch.GetTimestamp();
            begin.ExecuteNonQuery();
            for (var i = 0; i < rowsPerCommit; i++)
                insert.ExecuteNonQuery();
            commit.ExecuteNonQuery();
            latency.Record(Stopwatch.GetElapsedTime(start).Ticks * TimeSpan.NanosecondsPerTick);
            rows += rowsPerCommit;
        }
        return new RoundFigure(rows / Stopwatch.GetElapsedTime(began).TotalSeconds, latency);
    }

    public void Dispose()
    {
        insert.Dispose();
        commit.Dispose();
        begin.Dispose();
        connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = Prepare(sql);
        command.ExecuteNonQuery();
    }

    // Only fixed statements of this file come here.
    private SqliteCommand Prepare(string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
