using System.Globalization;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>
/// The tables, and how those of earlier versions become newer ones. Who starts takes a lock of the whole database first, so that of several
/// who start at once one does it; each step runs in one transaction with the note that it was made.
/// </summary>
internal static class Schema
{
    /// <summary>Numbers of bodies in one block: what the sequence goes on by.</summary>
    public const long BodyBlock = 100_000_000;

    // Names of entities are ASCII (Names.IsName); what comes with a message may hold any character, also NUL, which a text here cannot hold.
    // Room is left in the pages of what is changed in place, so that no index has to follow.
    private static readonly string[] Steps =
    [
        $"""
        CREATE TABLE fabric (id integer PRIMARY KEY CHECK (id = 1), decided_at_ms bigint NOT NULL);
        INSERT INTO fabric VALUES (1, 0);
        CREATE SEQUENCE body_block INCREMENT BY {BodyBlock} MINVALUE 1 START WITH 1 NO CYCLE;
        CREATE TABLE entity (
            no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
            version bigint NOT NULL, wake_ms bigint, header bytea, UNIQUE (kind, name)) WITH (fillfactor = 70);
        CREATE TABLE entity_row (
            entity bigint NOT NULL, key bytea NOT NULL, value bytea NOT NULL, PRIMARY KEY (entity, key)) WITH (fillfactor = 70);
        CREATE TABLE body (id bigint PRIMARY KEY, trace bytea, message bytea NOT NULL);
        """,
    ];

    /// <summary>Makes or migrates the tables.</summary>
    /// <exception cref="StoreException">A later version wrote them.</exception>
    public static void Migrate(NpgsqlConnection connection, string schema)
    {
        Execute(connection, $"SELECT pg_advisory_lock(hashtextextended('hms schema {schema}', 0))");
        if (Number(connection, $"SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'") == 0)
        {
            Execute(connection, $"CREATE SCHEMA {schema}");
        }

        if (Number(connection, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}' AND tablename = 'schema_version'") == 0)
        {
            Execute(connection, "CREATE TABLE schema_version AS SELECT 0 AS version");
        }

        var version = Number(connection, "SELECT version FROM schema_version");
        if (version > Steps.Length)
        {
            throw new StoreException(
                $"the schema {schema} of {connection.Database} has version {version}, written by a later version of HMS Fabric; this one knows {Steps.Length}");
        }

        for (; version < Steps.Length; version++)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, Steps[version]);
            Execute(connection, $"UPDATE schema_version SET version = {version + 1}");
            transaction.Commit();
        }

        Execute(connection, "SELECT pg_advisory_unlock_all()");
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
