using Hms.Fabric.Storage;
using Hms.Storage.Postgres;
using Npgsql;

namespace Hms.Silo;

/// <summary>
/// The tables in which Orleans keeps members, reminders and states of grains in PostgreSQL, from version 15, and the queries that it reads from
/// one of them when it starts. All lie in a schema of their own.
/// </summary>
internal static class OrleansSchema
{
    private static readonly (string Key, string Text)[] Queries = [.. MembershipQueries.All, .. ReminderQueries.All, .. StorageQueries.All];

    // Every version of a reminder or state is a number that none had before, so that one that was deleted and made anew is not taken for the
    // old one. Orleans wants 32 bits; after 2^31 changes they begin again. Room is left in the pages of what is changed in place, so that no
    // index has to follow.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE orleansquery (querykey text PRIMARY KEY, querytext text NOT NULL);
        CREATE SEQUENCE etag AS integer MINVALUE 1 CYCLE;
        CREATE TABLE cluster (deployment text COLLATE "C" PRIMARY KEY, version integer NOT NULL) WITH (fillfactor = 50);
        CREATE TABLE silo (
            deployment text COLLATE "C" NOT NULL REFERENCES cluster ON DELETE CASCADE, address text COLLATE "C" NOT NULL, port integer NOT NULL,
            generation integer NOT NULL, name text NOT NULL, host text NOT NULL, status integer NOT NULL, proxy_port integer NOT NULL,
            suspect_times text, started_at timestamptz NOT NULL, alive_at timestamptz NOT NULL,
            PRIMARY KEY (deployment, address, port, generation)) WITH (fillfactor = 50);
        CREATE TABLE reminder (
            service text COLLATE "C" NOT NULL, grain text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, grain_hash integer NOT NULL,
            start_at timestamptz NOT NULL, period_ms bigint NOT NULL, version integer NOT NULL,
            PRIMARY KEY (service, grain, name)) WITH (fillfactor = 70);
        CREATE INDEX ON reminder (service, grain_hash);
        CREATE TABLE grain_state (
            service text COLLATE "C" NOT NULL, type text COLLATE "C" NOT NULL, key_hash integer NOT NULL, key_0 bigint NOT NULL,
            key_1 bigint NOT NULL, key_text text COLLATE "C" NOT NULL, payload bytea, version integer NOT NULL,
            PRIMARY KEY (service, type, key_hash, key_0, key_1, key_text)) WITH (fillfactor = 70);
        """,
    ];

    /// <summary>
    /// The schema that belongs to the one in which a fabric has its data, in the same database: several fabrics in one database are several clusters.
    /// </summary>
    public static string NameBeside(string schema) => $"{schema}_orleans";

    /// <summary>The connection string for Orleans, which names no schema itself: its tables are found by the search path.</summary>
    /// <exception cref="StoreException">The connection string is not understood, or the schema cannot be named so.</exception>
    public static string ConnectionString(string connectionString, string schema) =>
        Builder(connectionString, schema).ConnectionString;

    /// <summary>
    /// Makes or migrates the tables, and writes down the queries of this version. Of several who start at once one does it, and the others find
    /// it done; where it fails, all is as it was before.
    /// </summary>
    /// <param name="connectionString">The database, as Npgsql writes it.</param>
    /// <param name="schema">A lower-case letter or <c>_</c>, then up to 62 of <c>a–z 0–9 _</c>; made where it is not there.</param>
    /// <param name="cancellationToken">Ends it; nothing is changed then.</param>
    /// <exception cref="StoreException">
    /// The database cannot be reached or used, a later version wrote the schema, or the connection string or the name is wrong.
    /// </exception>
    public static async Task MigrateAsync(string connectionString, string schema, CancellationToken cancellationToken = default)
    {
        var builder = Builder(connectionString, schema);
        builder.Pooling = false;
        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await Task.Run(() => Migration.Run(connection, schema, Steps, () => WriteQueries(connection)), cancellationToken);
        }
        catch (Exception e) when (Postgres.IsAway(e))
        {
            throw Postgres.Failure(builder, "cannot be used for Orleans", e);
        }
    }

    // A query that is the same is left alone: most starts find all of them.
    private static void WriteQueries(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("""
            INSERT INTO orleansquery (querykey, querytext) SELECT * FROM unnest($1::text[], $2::text[])
            ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE orleansquery.querytext <> excluded.querytext
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Queries.Select(query => query.Key)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Queries.Select(query => query.Text)] });
        command.ExecuteNonQuery();
    }

    private static NpgsqlConnectionStringBuilder Builder(string connectionString, string schema)
    {
        var builder = Postgres.Parse(connectionString, schema);

        // Who had to wait for another one's change must see it: Orleans expects "no" then, not an error.
        builder.Options = $"{builder.Options} -c default_transaction_isolation=read\\ committed";
        builder.SearchPath = schema;
        builder.ApplicationName ??= "hms-orleans";
        return builder;
    }
}
