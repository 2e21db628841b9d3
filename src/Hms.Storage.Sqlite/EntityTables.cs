using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite;

/// <summary>The tables of entities, their rows and bodies, as the writer writes them; knows the numbers and versions of those it wrote.</summary>
internal sealed class EntityTables : IDisposable
{
    private const int KnownMax = 1_000_000;

    private readonly Statement _findEntity, _addEntity, _updateEntity, _updateHeader, _putRow, _deleteRow, _addBody, _deleteBody;
    private readonly Dictionary<EntityKey, (long Number, long Version)> _known = [];
    private long _bytes;
    private int _rows;
    private int _headers;

    public EntityTables(SqliteConnection connection)
    {
        _findEntity = new(connection, "SELECT no, version FROM entity WHERE kind = ? AND name = ?");
        _addEntity = new(connection, "INSERT INTO entity (kind, name, version) VALUES (?, ?, 0) RETURNING no");
        _updateEntity = new(connection, "UPDATE entity SET version = ?, wake_ms = ? WHERE no = ?");
        _updateHeader = new(connection, "UPDATE entity SET version = ?, wake_ms = ?, header = ? WHERE no = ?");
        _putRow = new(connection, "INSERT INTO row VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");
        _deleteRow = new(connection, "DELETE FROM row WHERE entity = ? AND key = ?");
        _addBody = new(connection, "INSERT INTO body VALUES (?, ?, ?)");
        _deleteBody = new(connection, "DELETE FROM body WHERE id = ?");
    }

    /// <summary>Bodies written since <see cref="BeginCount"/>.</summary>
    public int Bodies { get; private set; }

    /// <summary>
    /// Pages written since <see cref="BeginCount"/>, roughly: one for each row, which lies in a mailbox of its own; headers and bodies lie one
    /// after the other.
    /// </summary>
    public int Pages
    {
        get
        {
            const int pageBytes = 4096;
            const int headersInPage = 8;
            const int always = 4;
            return always + (_rows - _headers) + (_headers / headersInPage) + (int)(_bytes / pageBytes);
        }
    }

    /// <summary>Begins to count what is written.</summary>
    public void BeginCount()
    {
        Bodies = _rows = _headers = 0;
        _bytes = 0;
    }

    /// <summary>The number and the version of an entity; both 0 where it was never written.</summary>
    public (long Number, long Version) Find(EntityKey key)
    {
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_known.Count >= KnownMax)
        {
            _known.Clear();
        }

        _findEntity.Bind(1, key.Kind.ToString()).Bind(2, key.Name);
        known = _findEntity.Next() ? (_findEntity.Number(0), _findEntity.Number(1)) : (0, 0);
        _findEntity.Reset();
        return known;
    }

    /// <summary>Writes a commit of an entity with the number that was found.</summary>
    public void Write(EntityCommit commit, long number)
    {
        var entity = number > 0 ? number : Add(commit.Key);
        foreach (var (id, body) in commit.Bodies)
        {
            _bytes += body.Message.Length;
            _addBody.Bind(1, id).Bind(2, body.TraceParent).Bind(3, body.Message.Span).Run();
        }

        foreach (var id in commit.DeletedBodies)
        {
            _deleteBody.Bind(1, id).Run();
        }

        RowChange? header = null;
        foreach (var row in commit.Rows)
        {
            if (row.Key == RowKey.Header)
            {
                header = row;
            }
            else if (row.Delete)
            {
                _deleteRow.Bind(1, entity).Bind(2, row.Key.Encode()).Run();
            }
            else
            {
                _putRow.Bind(1, entity).Bind(2, row.Key.Encode()).Bind(3, commit.ValueOf(in row)).Run();
            }
        }

        WriteEntity(commit, entity, header);
        _known[commit.Key] = (entity, commit.ExpectedVersion + 1);
        Bodies += commit.Bodies.Count;
        _rows += commit.Rows.Count;
        _headers += header is null ? 0 : 1;
    }

    /// <summary>Knows nothing of an entity any more, which somebody else has changed.</summary>
    public void Forget(EntityKey key) => _known.Remove(key);

    /// <summary>What was written was taken back, and of what is known nobody knows whether it is so.</summary>
    public void BeginAnew()
    {
        _known.Clear();
        foreach (var statement in (Statement[])[_findEntity, _addEntity])
        {
            statement.Reset();
        }
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])
            [_findEntity, _addEntity, _updateEntity, _updateHeader, _putRow, _deleteRow, _addBody, _deleteBody])
        {
            statement.Dispose();
        }
    }

    private long Add(EntityKey key)
    {
        _addEntity.Bind(1, key.Kind.ToString()).Bind(2, key.Name).Next();
        var number = _addEntity.Number(0);
        _addEntity.Reset();
        return number;
    }

    private void WriteEntity(EntityCommit commit, long entity, RowChange? header)
    {
        var (version, wake) = (commit.ExpectedVersion + 1, commit.Wake?.ToUnixTimeMilliseconds());
        if (header is not { } row)
        {
            _updateEntity.Bind(1, version).Bind(2, wake).Bind(3, entity).Run();
            return;
        }

        _updateHeader.Bind(1, version).Bind(2, wake).Bind(4, entity);
        (row.Delete ? _updateHeader.Bind(3, (string?)null) : _updateHeader.Bind(3, commit.ValueOf(in row))).Run();
    }
}
