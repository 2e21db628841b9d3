using System.Globalization;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>How connections to the database are made, and what is said of it where that fails.</summary>
internal sealed class Database
{
    // All statements of the writer find their rows by key. A plan made while the tables were small would read them whole, and is kept when they
    // have grown; so it may not be made.
    private const string ByKey = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off";
    private const string Durable = "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed";

    // Both statements of a load see the same moment, although they are sent as one batch without a transaction of its own.
    private const string OneMoment = "-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on -c jit=off";
    private const int StatementsMax = 64;

    // A process that has gone silent in the middle of a transaction holds up all others that want to change the same: it stands still, or is cut off.
    private const int SilenceMs = 5_000;

    private readonly NpgsqlConnectionStringBuilder _connection;

    public Database(PostgresStoreOptions options)
    {
        Schema = options.Schema;
        _connection = Postgres.Parse(options.ConnectionString, Schema);
        _connection.CommandTimeout = Seconds(options.CommandTimeout);
        _connection.Timeout = Seconds(options.ConnectTimeout);
        _connection.MaxAutoPrepare = StatementsMax;
        _connection.AutoPrepareMinUsages = 2;
        _connection.IncludeErrorDetail = false;
        _connection.ApplicationName ??= "hms";
        _connection.MinPoolSize = 0;
        _connection.MaxPoolSize = options.Readers;
        var wait = options.CommandTimeout.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);
        Always = $"{_connection.Options} -c search_path={Schema} -c lock_timeout={wait} -c idle_in_transaction_session_timeout={SilenceMs}";
    }

    public string Schema { get; }

    /// <summary>Which database, for the operator; without user and password.</summary>
    public string Where => Postgres.Where(_connection);

    private string Always { get; }

    /// <summary>
    /// Whether the connection is lost or was never made, so that the same may go well on a new one. A statement that took too long is not repeated.
    /// </summary>
    public static bool IsConnectionLost(Exception e) => e is PostgresException server
        ? server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        : Postgres.IsAway(e) && e.InnerException is not TimeoutException;

    /// <summary>Whether the server has taken a transaction back because of another one.</summary>
    public static bool IsCollision(Exception e) =>
        e is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <inheritdoc cref="Postgres.Failure"/>
    public StoreException Failure(string what, Exception e) => Postgres.Failure(_connection, what, e);

    /// <summary>Opens a connection that writes.</summary>
    public NpgsqlConnection OpenToWrite()
    {
        var connection = new NpgsqlConnection(With($"{ByKey} {Durable}", pooling: false));
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The connections that read.</summary>
    public NpgsqlDataSource Readers() => NpgsqlDataSource.Create(With(OneMoment, pooling: true));

    private string With(string settings, bool pooling) => new NpgsqlConnectionStringBuilder(_connection.ConnectionString)
    {
        Options = $"{Always} {settings}",
        Pooling = pooling,
    }.ConnectionString;

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)time.TotalSeconds);
}
