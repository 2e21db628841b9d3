using System.Collections.Concurrent;
using System.Globalization;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite;

/// <summary>
/// Entities and bodies in one SQLite file, with a write-ahead log and <c>synchronous=FULL</c>: what a commit has confirmed is on the
/// disk. One thread writes, with group commit; readers do not wait for it. One process at a time may have the file.
/// </summary>
public sealed class SqliteStore : IEntityStore
{
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(1);

    private readonly FileStream _lock;
    private readonly Checkpointer _checkpointer;
    private readonly SqliteWriter _writer;
    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private readonly SemaphoreSlim _readersFree;
    private readonly int _readerCount;
    private readonly StoreMetrics _metrics = new();
    private readonly Thread _thread;
    private readonly Enlisted _enlisted = new();
    private bool _stopping;
    private volatile string? _problem;
    private long _bodyHigh;

    private SqliteStore(SqliteStoreOptions options, FileStream @lock)
    {
        _lock = @lock;
        File = Path.Combine(options.Folder, "hms.db");
        var connection = Open(File, options);
        if (Schema.Scalar(connection, "PRAGMA journal_mode = WAL") is not "wal")
        {
            throw new StoreException($"{File} cannot have a write-ahead log: its file system does not allow what SQLite needs for it");
        }

        Schema.Execute(connection, "PRAGMA synchronous = FULL");
        Schema.Execute(connection, "PRAGMA wal_autocheckpoint = 0");
        Schema.Migrate(connection);
        if (options.PagesMax is { } pages)
        {
            Schema.Execute(connection, $"PRAGMA max_page_count = {pages}");
        }

        var decidedAt = Convert.ToInt64(Schema.Scalar(connection, "SELECT decided_at_ms FROM fabric"), CultureInfo.InvariantCulture);
        _bodyHigh = Convert.ToInt64(
            Schema.Scalar(connection, "SELECT max(body_high, (SELECT coalesce(max(id), 0) FROM body)) FROM fabric"), CultureInfo.InvariantCulture);
        LatestDecision = DateTimeOffset.FromUnixTimeMilliseconds(decidedAt);
        _checkpointer = new Checkpointer(Open(File, options), options.CheckpointPages);
        _writer = new SqliteWriter(connection, _checkpointer, _metrics, decidedAt);
        for (var i = 0; i < options.Readers; i++)
        {
            _readers.Add(new SqliteReader(Open(File, options)));
        }

        _readerCount = options.Readers;
        _readersFree = new SemaphoreSlim(_readerCount);
        _thread = new Thread(WriteUntilStopped) { IsBackground = true, Name = "hms-sqlite-writer" };
        _thread.Start();
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <inheritdoc/>
    public string Name => "sqlite";

    /// <inheritdoc/>
    public string? Problem => _problem;

    /// <inheritdoc/>
    public DateTimeOffset LatestDecision { get; }

    /// <summary>Opens the file, and makes or migrates it where needed.</summary>
    /// <exception cref="StoreException">Another process has it, a later version wrote it, or it cannot be read or written.</exception>
    public static SqliteStore Open(SqliteStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        FileStream? fileLock = null;
        try
        {
            System.IO.Directory.CreateDirectory(options.Folder);
            fileLock = Lock(options.Folder);
            return new SqliteStore(options, fileLock);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            fileLock?.Dispose();
            throw new StoreException($"the data folder {options.Folder} cannot be used: {e.Message}", e);
        }
        catch
        {
            fileLock?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public long NextBodyId() => Interlocked.Increment(ref _bodyHigh);

    /// <inheritdoc/>
    public ValueTask<StoredEntity?> LoadAsync(EntityKey key, CancellationToken cancellationToken = default) =>
        ReadAsync(reader => reader.Load(key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MessageBody?>> ReadBodiesAsync(
        IReadOnlyList<long> ids, CancellationToken cancellationToken = default) =>
        ReadAsync(reader => reader.ReadBodies(ids), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(EntityKey Key, DateTimeOffset At)>> ReadWakesAsync(
        DateTimeOffset dueBy, CancellationToken cancellationToken = default) =>
        ReadAsync(reader => reader.ReadWakes(dueBy), cancellationToken);

    /// <inheritdoc/>
    public void Enlist(ICommitSource source, bool urgent) => _enlisted.Enlist(source, urgent);

    /// <summary>Commits what has enlisted, waits for reads under way, then closes the file. Who comes later is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _enlisted.Stop();
        await Task.Run(_thread.Join);
        _checkpointer.Dispose();
        for (var i = 0; i < _readerCount; i++)
        {
            await _readersFree.WaitAsync();
        }

        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        // Who asks from now on finds no reader, and is told so.
        _readersFree.Release(_readerCount);

        // The last connection that closes moves the rest of the log into the database.
        _writer.Settle(Interlocked.Read(ref _bodyHigh));
        _writer.Dispose();
        _enlisted.Dispose();
        _metrics.Dispose();
        await _lock.DisposeAsync();
    }

    private static SqliteConnection Open(string file, SqliteStoreOptions options)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString());
        connection.Open();

        Schema.Execute(connection, $"PRAGMA busy_timeout = {(int)options.BusyTimeout.TotalMilliseconds}");
        return connection;
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            // Held by the process: it is gone when the process is, however that ended.
            return new FileStream(Path.Combine(folder, "hms.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new StoreException($"the data folder {folder} is in use by another process: {e.Message}", e);
        }
    }

    private async ValueTask<T> ReadAsync<T>(Func<SqliteReader, T> read, CancellationToken cancellationToken)
    {
        await _readersFree.WaitAsync(cancellationToken);
        SqliteReader? reader = null;
        try
        {
            return _readers.TryTake(out reader) ? read(reader) : throw StoreException.Closed();
        }
        catch (SqliteException e)
        {
            throw new StoreException($"the database cannot be read: {e.Message}", e);
        }
        finally
        {
            if (reader is not null)
            {
                _readers.Add(reader);
            }

            _readersFree.Release();
        }
    }

    private void WriteUntilStopped()
    {
        // While the store is away nobody may come, since it says that it is not ready: it looks by itself whether it can write again.
        while (_enlisted.Next(_problem is null ? Timeout.InfiniteTimeSpan : ProbePause) is { } sources)
        {
            _problem = _writer.Commit(sources, () => Interlocked.Read(ref _bodyHigh))?.Message;
        }
    }
}
