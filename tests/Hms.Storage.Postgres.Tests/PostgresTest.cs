using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres.Tests;

/// <summary>A test with a schema of its own, and a store on it.</summary>
public abstract class PostgresTest(PostgresServer server) : StoreTest
{
    private readonly string _schema = NewSchema();

    internal PostgresServer Server => server;

    internal PostgresStoreOptions Options => OptionsOf(server, _schema);

    internal static string NewSchema() => $"t{Guid.NewGuid():n}";

    internal static PostgresStoreOptions OptionsOf(PostgresServer server, string schema) => new()
    {
        ConnectionString = server.ConnectionString,
        Schema = schema,
        OpenPatience = TimeSpan.Zero,
    };

    private protected override async Task<IEntityStore> OpenAsync() => await PostgresStore.OpenAsync(Options);

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
