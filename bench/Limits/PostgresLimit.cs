using System.Diagnostics;
using Hms.Bench.Load;
using Npgsql;

namespace Hms.Bench.Limits;

/// <summary>Bare PostgreSQL: rows of the message's size, so many to a statement, each committed by itself, with nothing around it.</summary>
internal sealed class PostgresLimit : IDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly string schema;
    private readonly byte[] row;
    private long id;

    public PostgresLimit(string connectionString, string schema, int rowSize)
    {
        this.schema = schema;
        row = new byte[rowSize];
        connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, MaxAutoPrepare = 4 }.ConnectionString);
        connection.Open();
        Execute($"CREATE SCHEMA {schema}");
        Execute($"CREATE TABLE {schema}.row (id bigint PRIMARY KEY, body bytea NOT NULL)");
    }

    /// <summary>Inserts for the given time; the rate is rows, the latency is of a whole statement with its commit.</summary>
    public RoundFigure Measure(int rowsPerInsert, TimeSpan time)
    {
        var latency = new Histogram();
        var bodies = Enumerable.Repeat(row, rowsPerInsert).ToArray();
        var began = Stopwatch.GetTimestamp();
        long rows = 0;
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            var start = Stopwatch.GetTimestamp();
            using var insert = Command($"INSERT INTO {schema}.row SELECT * FROM unnest($1::bigint[], $2::bytea[])");
            insert.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. Enumerable.Range(0, rowsPerInsert).Select(_ => ++id)] });
            insert.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = bodies });
            insert.ExecuteNonQuery();
            latency.Record(Stopwatch.GetElapsedTime(start).Ticks * TimeSpan.NanosecondsPerTick);
            rows += rowsPerInsert;
        }

        return new RoundFigure(rows / Stopwatch.GetElapsedTime(began).TotalSeconds, latency);
    }

    /// <summary>Deletes a schema that the bench had made.</summary>
    public void Drop(string name) => Execute($"DROP SCHEMA IF EXISTS {name} CASCADE");

    public void Dispose()
    {
        Drop(schema);
        connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    // Only texts of this file, and names that the bench makes up, come here.
#pragma warning disable CA2100
    private NpgsqlCommand Command(string sql) => new(sql, connection);
#pragma warning restore CA2100
}
