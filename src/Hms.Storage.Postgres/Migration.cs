using System.Data;
using System.Globalization;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>Tables in a schema of their own, and how those of earlier versions become newer ones.</summary>
internal static class Migration
{
    /// <summary>
    /// Makes the schema where it is not there, and takes the steps that were not taken yet. Of several who start at once one does it, and the
    /// others find it done; where it fails, all is as it was before.
    /// </summary>
    /// <param name="connection">Whose search path is the schema.</param>
    /// <param name="schema">Its name, checked.</param>
    /// <param name="steps">All steps there have ever been, in order.</param>
    /// <param name="finish">What is done at every start after the steps.</param>
    /// <exception cref="StoreException">A later version wrote the tables.</exception>
    public static void Run(NpgsqlConnection connection, string schema, IReadOnlyList<string> steps, Action? finish = null)
    {
        // Who had to wait for another one's steps must see them.
        using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        Execute(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('hms schema {schema}', 0))");

        // Asked first: who may not make a schema may not even say "if it does not exist".
        if (Number(connection, $"SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'") == 0)
        {
            Execute(connection, $"CREATE SCHEMA {schema}");
        }

        if (Number(connection, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}' AND tablename = 'schema_version'") == 0)
        {
            Execute(connection, "CREATE TABLE schema_version AS SELECT 0 AS version");
        }

        var version = Number(connection, "SELECT version FROM schema_version");
        if (version > steps.Count)
        {
            throw new StoreException(
                $"the schema {schema} of {connection.Database} has version {version}, written by a later version of HMS Fabric; this one knows {steps.Count}");
        }

        foreach (var step in steps.Skip((int)version))
        {
            Execute(connection, step);
        }

        if (version < steps.Count)
        {
            Execute(connection, $"UPDATE schema_version SET version = {steps.Count}");
        }

        finish?.Invoke();
        transaction.Commit();
    }

    /// <summary>Runs a statement that returns one number.</summary>
    public static long Number(NpgsqlConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

#pragma warning disable CA2100 // Texts of our own, and the name of a schema that was checked.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection);
#pragma warning restore CA2100
}
