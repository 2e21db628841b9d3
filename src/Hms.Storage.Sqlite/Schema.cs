using System.Globalization;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite;

/// <summary>
/// The tables, and how older files become newer ones. <c>user_version</c> says how many of the steps a file has seen; each runs in one
/// transaction, so that a crash leaves the file at one version or the next.
/// </summary>
internal static class Schema
{
    private static readonly string HeaderKey = Convert.ToHexString(RowKey.Header.Encode());

    // Bodies are numbered as they come, so that they are appended whatever mailbox they go to. Rows lie by entity and key; they are
    // few and small enough to fit into pages without overflow. The header row lies with the entity's version, which every commit writes anyway:
    // so what changes most lies close together, also where many entities change at the same time.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE fabric (id INTEGER PRIMARY KEY CHECK (id = 1), decided_at_ms INTEGER NOT NULL, body_high INTEGER NOT NULL);
        INSERT INTO fabric VALUES (1, 0, 0);
        CREATE TABLE entity (
            no INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, wake_ms INTEGER,
            UNIQUE (kind, name));
        CREATE TABLE row (entity INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (entity, key)) WITHOUT ROWID;
        CREATE TABLE body (id INTEGER PRIMARY KEY, trace TEXT, message BLOB NOT NULL);
        """,
        $"""
        ALTER TABLE entity ADD COLUMN header BLOB;
        UPDATE entity SET header = (SELECT value FROM row WHERE row.entity = entity.no AND key = x'{HeaderKey}');
        DELETE FROM row WHERE key = x'{HeaderKey}';
        """,
    ];

    public static void Migrate(SqliteConnection connection)
    {
        var version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (version > Steps.Length)
        {
            throw new StoreException(
                $"{connection.DataSource} has schema version {version}, written by a later version of HMS Fabric; this one knows {Steps.Length}");
        }

        for (; version < Steps.Length; version++)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, Steps[version]);
            Execute(connection, $"PRAGMA user_version = {version + 1}");
            transaction.Commit();
        }
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
