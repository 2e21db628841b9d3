using System.Text;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>What is read, each over a connection that sees one moment.</summary>
internal static class PostgresReader
{
    private const string Entity = "SELECT version, header FROM entity WHERE kind = $1 AND name = $2";
    private const string Rows = """
        SELECT key, value FROM entity_row WHERE entity = (SELECT no FROM entity WHERE kind = $1 AND name = $2) ORDER BY key
        """;

    public static async Task<StoredEntity?> LoadAsync(NpgsqlConnection connection, EntityKey key, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(VersionCheck.Command(Entity, Text(key.Kind.ToString()), Text(key.Name)));
        batch.BatchCommands.Add(VersionCheck.Command(Rows, Text(key.Kind.ToString()), Text(key.Name)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var version = reader.GetInt64(0);
        var header = Bytes(reader, 1);
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new Row(RowKey.Decode(Bytes(reader, 0)), Bytes(reader, 1));
            if (header is not null && row.Key.Kind > RowKey.Header.Kind)
            {
                rows.Add(new Row(RowKey.Header, header));
                header = null;
            }

            rows.Add(row);
        }

        if (header is not null)
        {
            rows.Add(new Row(RowKey.Header, header));
        }

        return new StoredEntity(version, rows);
    }

    public static async Task<IReadOnlyList<MessageBody?>> ReadBodiesAsync(
        NpgsqlConnection connection, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT id, trace, message FROM body WHERE id = ANY($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. ids] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var bodies = new Dictionary<long, MessageBody>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var trace = Bytes(reader, 1);
            bodies.Add(reader.GetInt64(0), new MessageBody(Bytes(reader, 2), trace is null ? null : Encoding.UTF8.GetString(trace)));
        }

        return [.. ids.Select(id => bodies.TryGetValue(id, out var body) ? body : (MessageBody?)null)];
    }

    public static async Task<IReadOnlyList<(EntityKey, DateTimeOffset)>> ReadWakesAsync(
        NpgsqlConnection connection, DateTimeOffset dueBy, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT kind, name, wake_ms FROM entity WHERE wake_ms <= $1", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = dueBy.ToUnixTimeMilliseconds() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var wakes = new List<(EntityKey, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var kind = Enum.Parse<EntityKind>(reader.GetString(0));
            wakes.Add((new EntityKey(kind, reader.GetString(1)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2))));
        }

        return wakes;
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static byte[]? Bytes(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
