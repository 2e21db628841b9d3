using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite;

/// <summary>A connection that reads. Used by one caller at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statement _begin, _end, _entity, _rows, _body;

    public SqliteReader(SqliteConnection connection)
    {
        _connection = connection;
        _begin = new(connection, "BEGIN");
        _end = new(connection, "COMMIT");
        _entity = new(connection, "SELECT no, version, header FROM entity WHERE kind = ? AND name = ?");
        _rows = new(connection, "SELECT key, value FROM row WHERE entity = ? ORDER BY key");
        _body = new(connection, "SELECT trace, message FROM body WHERE id = ?");
    }

    public StoredEntity? Load(EntityKey key) => InSnapshot(() =>
    {
        _entity.Bind(1, key.Kind.ToString()).Bind(2, key.Name);
        if (!_entity.Next())
        {
            return null;
        }

        var (number, version) = (_entity.Number(0), _entity.Number(1));
        var header = _entity.IsNull(2) ? null : _entity.Bytes(2).ToArray();
        _entity.Reset();
        var rows = new List<Row>();
        _rows.Bind(1, number);
        while (_rows.Next())
        {
            var row = new Row(RowKey.Decode(_rows.Bytes(0)), _rows.Bytes(1).ToArray());
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
    });

    public IReadOnlyList<MessageBody?> ReadBodies(IReadOnlyList<long> ids) => InSnapshot(() =>
    {
        var bodies = new MessageBody?[ids.Count];
        for (var i = 0; i < ids.Count; i++)
        {
            _body.Bind(1, ids[i]);
            if (_body.Next())
            {
                bodies[i] = new MessageBody(_body.Bytes(1).ToArray(), _body.Text(0));
                _body.Reset();
            }
        }

        return bodies;
    });

    public IReadOnlyList<(EntityKey, DateTimeOffset)> ReadWakes(DateTimeOffset dueBy)
    {
        using var wakes = new Statement(_connection, "SELECT kind, name, wake_ms FROM entity WHERE wake_ms <= ?1");
        wakes.Bind(1, dueBy.ToUnixTimeMilliseconds());
        var found = new List<(EntityKey, DateTimeOffset)>();
        while (wakes.Next())
        {
            var kind = Enum.Parse<EntityKind>(wakes.Text(0)!);
            found.Add((new EntityKey(kind, wakes.Text(1)!), DateTimeOffset.FromUnixTimeMilliseconds(wakes.Number(2))));
        }

        return found;
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_begin, _end, _entity, _rows, _body])
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private T InSnapshot<T>(Func<T> read)
    {
        _begin.Run();
        try
        {
            return read();
        }
        finally
        {
            _entity.Reset();
            _rows.Reset();
            _body.Reset();
            _end.Run();
        }
    }
}
