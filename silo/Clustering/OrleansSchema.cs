using System.Data;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Silo;

/// <summary>
/// The tables in which Orleans keeps members, reminders and states of grains in PostgreSQL, from version 15, and the queries that it reads from
/// one of them when it starts. All lie in a schema of their own.
/// </summary>
internal static partial class OrleansSchema
{
    /// <summary>The schema where none is named.</summary>
    public const string DefaultName = "hms_orleans";

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

    /// <summary>The connection string for Orleans, which names no schema itself: its tables are found by the search path.</summary>
    /// <exception cref="StoreException">The connection string is not understood, or the schema cannot be named so.</exception>
    public static string ConnectionString(string connectionString, string schema = DefaultName) =>
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
    public static async Task MigrateAsync(string connectionString, string schema = DefaultName, CancellationToken cancellationToken = default)
    {
        var builder = Builder(connectionString, schema);
        builder.Pooling = false;
        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            await MigrateAsync(connection, schema, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            var reason = e is PostgresException server ? $"{server.MessageText} ({server.SqlState})"
                : e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message;
            throw new StoreException(
                $"the database {builder.Database ?? builder.Username} at {builder.Host}:{builder.Port} cannot be used for Orleans: {reason}", e);
        }
    }

    private static async Task MigrateAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('hms orleans schema {schema}', 0))", cancellationToken);

        // Asked first: who may not make a schema may not even say "if it does not exist".
        if (await NumberAsync(connection, $"SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'", cancellationToken) == 0)
        {
            await ExecuteAsync(connection, $"CREATE SCHEMA {schema}", cancellationToken);
        }

        if (await NumberAsync(
            connection, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}' AND tablename = 'schema_version'", cancellationToken) == 0)
        {
            await ExecuteAsync(connection, "CREATE TABLE schema_version AS SELECT 0 AS version", cancellationToken);
        }

        var version = await NumberAsync(connection, "SELECT version FROM schema_version", cancellationToken);
        if (version > Steps.Length)
        {
            throw new StoreException(
                $"the schema {schema} of {connection.Database} has version {version}, written by a later version of HMS Fabric; this one knows {Steps.Length}");
        }

        foreach (var step in Steps.Skip((int)version))
        {
            await ExecuteAsync(connection, step, cancellationToken);
        }

        if (version < Steps.Length)
        {
            await ExecuteAsync(connection, $"UPDATE schema_version SET version = {Steps.Length}", cancellationToken);
        }

        await WriteQueriesAsync(connection, cancellationToken);
    }

    // A query that is the same is left alone: most starts find all of them.
    private static async Task WriteQueriesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, """
            INSERT INTO orleansquery (querykey, querytext) SELECT * FROM unnest($1::text[], $2::text[])
            ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE orleansquery.querytext <> excluded.querytext
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Queries.Select(query => query.Key)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Queries.Select(query => query.Text)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlConnectionStringBuilder Builder(string connectionString, string schema)
    {
        if (!SchemaName().IsMatch(schema))
        {
            throw new StoreException($"{schema} cannot name the schema: a-z or _ first, then up to 62 of a-z, 0-9 and _");
        }

        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            // What the library says may hold a part of the password.
            throw new StoreException(
                "the connection string is not understood; it looks like Host=…;Port=…;Database=…;Username=…;Password=…");
        }

        if (string.IsNullOrEmpty(builder.Host))
        {
            throw new StoreException("the connection string names no Host");
        }

        // Who had to wait for another one's change must see it: Orleans expects "no" then, not an error.
        builder.Options = $"{builder.Options} -c default_transaction_isolation=read\\ committed";
        builder.SearchPath = schema;
        builder.ApplicationName ??= "hms-orleans";
        builder.Enlist = false;
        return builder;
    }

    private static async Task<long> NumberAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

#pragma warning disable CA2100 // Texts of our own, and the name of a schema that was checked.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection);
#pragma warning restore CA2100

    [GeneratedRegex(@"^[a-z_][a-z0-9_]{0,62}\z")]
    private static partial Regex SchemaName();
}
