using Hms.Domain.Entities;
using Npgsql;

namespace Hms.Storage.Postgres.Tests;

/// <summary>A test with a schema of its own, and a store on it.</summary>
public abstract class PostgresTest(PostgresServer server) : IAsyncLifetime
{
    private readonly string _schema = $"t{Guid.NewGuid():n}";

    internal PostgresStore Store { get; private set; } = null!;

    internal PostgresServer Server => server;

    internal PostgresStoreOptions Options => new()
    {
        ConnectionString = server.ConnectionString,
        Schema = _schema,
        OpenPatience = TimeSpan.Zero,
    };

    public async ValueTask InitializeAsync() => Store = await PostgresStore.OpenAsync(Options);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Store.DisposeAsync();
    }

    internal async Task RestartAsync()
    {
        await Store.DisposeAsync();
        await InitializeAsync();
    }

    internal static EntityKey Mailbox(string name) => new(EntityKind.Mailbox, name);

    /// <summary>An entity that writes a row: one without rows only compares its version.</summary>
    internal static FakeEntity Writing(string name, long version = 0)
    {
        var entity = new FakeEntity(name, version);
        entity.Rows.Add(RowKey.Of('w'), [1]);
        return entity;
    }

    /// <summary>Commits several in one transaction: the writer is held until all have enlisted.</summary>
    internal async Task TogetherAsync(params FakeEntity[] entities)
    {
        using var allThere = new ManualResetEventSlim();
        var holding = new FakeEntity("holding the writer") { IsEmpty = true, Collecting = allThere.Wait };
        Store.Enlist(holding, urgent: true);
        foreach (var entity in entities)
        {
            Store.Enlist(entity, urgent: true);
        }

        allThere.Set();
        foreach (var entity in entities.Where(entity => !entity.IsEmpty))
        {
            await entity.Completed;
        }

        await WrittenAsync();
    }

    /// <summary>Returns when the writer is done with all that came before.</summary>
    internal async Task WrittenAsync()
    {
        var reached = new TaskCompletionSource();
        Store.Enlist(new FakeEntity("after") { IsEmpty = true, Collecting = () => reached.TrySetResult() }, urgent: true);
        await reached.Task;
    }

    /// <summary>A connection of a person with a tool.</summary>
    internal async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection($"{server.ConnectionString};Pooling=False;Search Path={_schema}");
        await connection.OpenAsync();
        return connection;
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await ExecuteAsync(connection, sql);
    }

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Texts of our own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
