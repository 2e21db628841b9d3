namespace Hms.Storage.Postgres;

/// <summary>Where the database is, and how it is used.</summary>
public sealed record PostgresStoreOptions
{
    /// <summary>
    /// The database, as Npgsql writes it: <c>Host=…;Port=…;Database=…;Username=…;Password=…</c>. It must not lead through a pooler that gives
    /// out connections by transaction.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>
    /// The schema of the tables, made where it is not there: a lower-case letter or <c>_</c>, then up to 62 of <c>a–z 0–9 _</c>. Several fabrics may
    /// share one database with a schema for each. Default <c>hms</c>.
    /// </summary>
    public string Schema { get; init; } = "hms";

    /// <summary>Connections that read beside the one that writes, at most. Default 4.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>
    /// How long one statement may take; whole seconds, from 1. Default 15 s. For a process that has gone silent in the middle of a transaction the server
    /// waits 5 s.
    /// </summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the server has to take a connection; whole seconds, from 1. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long opening tries again while the server cannot be reached, since both may be starting at once. Default 30 s.</summary>
    public TimeSpan OpenPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Which database and schema, for the operator; without user and password.</summary>
    /// <exception cref="Hms.Fabric.Storage.StoreException">The connection string is not understood.</exception>
    public string Where => $"{new Database(this).Where}, schema {Schema}";

    /// <summary>All but the connection string, which may hold a password.</summary>
    public override string ToString() => $"{nameof(PostgresStoreOptions)} of schema {Schema}";
}
