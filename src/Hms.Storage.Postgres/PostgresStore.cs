using System.Diagnostics;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>
/// Entities and bodies in PostgreSQL, from version 15, with <c>synchronous_commit</c>: what a commit has confirmed is on the disk of the server.
/// Several processes may share the database. One thread of each writes, with group commit; readers do not wait for it.
/// </summary>
public sealed class PostgresStore : IEntityStore
{
    private static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly PostgresWriter _writer;
    private readonly BodyNumbers _numbers = new(Schema.BodyBlock);
    private readonly NpgsqlDataSource _readers;
    private readonly SemaphoreSlim _readersFree;
    private readonly int _readerCount;
    private readonly StoreMetrics _metrics = new();
    private readonly Thread _thread;
    private readonly Enlisted _enlisted = new();
    private bool _stopping;
    private volatile bool _closed;
    private volatile string? _problem;

    private PostgresStore(Database database, NpgsqlConnection connection, int readers)
    {
        _database = database;
        for (var blocks = 0; blocks < 2; blocks++)
        {
            _numbers.Add(Migration.Number(connection, "SELECT nextval('body_block')"));
        }

        var decidedAt = Migration.Number(connection, "SELECT decided_at_ms FROM fabric");
        LatestDecision = DateTimeOffset.FromUnixTimeMilliseconds(decidedAt);
        _writer = new PostgresWriter(database, _numbers, _metrics, decidedAt);
        _readers = database.Readers();
        _readerCount = readers;
        _readersFree = new SemaphoreSlim(readers);
        _thread = new Thread(WriteUntilStopped) { IsBackground = true, Name = "hms-postgres-writer" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public string Name => "postgres";

    /// <inheritdoc/>
    public string? Problem => _problem;

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public DateTimeOffset LatestDecision { get; }

    /// <summary>
    /// Opens the database, and makes or migrates the schema where needed. While the server cannot be reached, it tries again for
    /// <see cref="PostgresStoreOptions.OpenPatience"/>.
    /// </summary>
    /// <exception cref="StoreException">It cannot be reached or used, a later version wrote the schema, or an option is wrong.</exception>
    public static async Task<PostgresStore> OpenAsync(PostgresStoreOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Readers < 1)
        {
            throw new StoreException("Readers must be at least 1");
        }

        var database = new Database(options);
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await Task.Run(() => Open(database, options), cancellationToken);
            }
            catch (Exception e) when (Postgres.IsAway(e))
            {
                var isLater = Stopwatch.GetElapsedTime(start) + ProbePause > options.OpenPatience;
                if (isLater || e is PostgresException { SqlState: not PostgresErrorCodes.CannotConnectNow })
                {
                    throw database.Failure("cannot be used", e);
                }
            }

            await Task.Delay(ProbePause, cancellationToken);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StoreException">The database was away for so long that no numbers are left.</exception>
    public long NextBodyId() => _numbers.Next();

    /// <inheritdoc/>
    public ValueTask<StoredEntity?> LoadAsync(EntityKey key, CancellationToken cancellationToken = default) =>
        ReadAsync(connection => PostgresReader.LoadAsync(connection, key, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MessageBody?>> ReadBodiesAsync(
        IReadOnlyList<long> ids, CancellationToken cancellationToken = default) =>
        ReadAsync(connection => PostgresReader.ReadBodiesAsync(connection, ids, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(EntityKey Key, DateTimeOffset At)>> ReadWakesAsync(
        DateTimeOffset dueBy, CancellationToken cancellationToken = default) =>
        ReadAsync(connection => PostgresReader.ReadWakesAsync(connection, dueBy, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void Enlist(ICommitSource source, bool urgent) => _enlisted.Enlist(source, urgent);

    /// <summary>Commits what has enlisted, waits for reads under way, then closes the connections. Who comes later is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _enlisted.Stop();
        await Task.Run(_thread.Join);
        for (var i = 0; i < _readerCount; i++)
        {
            await _readersFree.WaitAsync();
        }

        // Who asks from now on is told so.
        _closed = true;
        _readersFree.Release(_readerCount);
        await _readers.DisposeAsync();
        _writer.Settle();
        _writer.Dispose();
        _enlisted.Dispose();
        _metrics.Dispose();
    }

    private static PostgresStore Open(Database database, PostgresStoreOptions options)
    {
        using var connection = database.OpenToWrite();
        Migration.Run(connection, database.Schema, Schema.Steps);
        return new PostgresStore(database, connection, options.Readers);
    }

    private async ValueTask<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await _readersFree.WaitAsync(cancellationToken);
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                try
                {
                    return _closed ? throw StoreException.Closed() : await ReadOnceAsync(read, cancellationToken);
                }
                catch (Exception e) when (isFirst && Database.IsConnectionLost(e))
                {
                    // The server was restarted since the connection was made, and so it was for all others.
                    _readers.Clear();
                }
                catch (Exception e) when (Postgres.IsAway(e))
                {
                    throw _database.Failure("cannot be read", e);
                }
            }
        }
        finally
        {
            _readersFree.Release();
        }
    }

    private async Task<T> ReadOnceAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await _readers.OpenConnectionAsync(cancellationToken);
        return await read(connection);
    }

    private void WriteUntilStopped()
    {
        // Where nobody comes it looks by itself whether it can write: while the database is away nobody may, since it says that it is not ready.
        while (_enlisted.Next(_problem is null ? IdlePause : ProbePause) is { } sources)
        {
            _problem = _writer.Commit(sources)?.Message;
        }
    }
}
