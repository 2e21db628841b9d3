using System.Buffers;
using Hms.Domain.Entities;

namespace Hms.Domain.Tests.Entities;

/// <summary>Keeps an entity's rows and the bodies as a store would, and objects to what no store could carry out.</summary>
internal sealed class MemoryStore
{
    private readonly SortedDictionary<byte[], byte[]> _rows = new(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));

    public SortedDictionary<long, byte[]> Bodies { get; } = [];

    public int RowCount => _rows.Count;

    public IEnumerable<Row> Rows => _rows.Select(row => new Row(RowKey.Decode(row.Key), row.Value));

    /// <summary>One commit: all that has changed since the last one.</summary>
    public void Commit(IEntityState state)
    {
        Put(state);
        var changes = state.Changes;
        foreach (var (id, body) in changes.Bodies)
        {
            Assert.True(Bodies.TryAdd(id, body.Message.ToArray()), $"body {id} is stored twice");
        }

        foreach (var id in changes.DeletedBodies)
        {
            Assert.True(Bodies.Remove(id), $"body {id} is deleted, but was never stored");
        }

        foreach (var id in changes.UnstoredBodies)
        {
            Assert.False(Bodies.ContainsKey(id), $"body {id} is said never to have been stored");
        }

        changes.Clear();
    }

    /// <summary>The rows as they would be if what has changed were committed; nothing is.</summary>
    public MemoryStore With(IEntityState state)
    {
        var with = new MemoryStore();
        foreach (var (key, value) in _rows)
        {
            with._rows.Add(key, value);
        }

        with.Put(state);
        return with;
    }

    /// <summary>Reads everything into an empty state.</summary>
    public T LoadInto<T>(T state)
        where T : IEntityState
    {
        foreach (var row in Rows)
        {
            state.Load(row.Key, row.Value);
        }

        state.Loaded();
        Assert.True(state.Changes.IsEmpty, "reading rows is no change");
        return state;
    }

    private void Put(IEntityState state)
    {
        foreach (var key in state.Changes.Rows)
        {
            var value = new ArrayBufferWriter<byte>();
            if (state.Write(key, value))
            {
                _rows[key.Encode()] = value.WrittenSpan.ToArray();
            }
            else
            {
                _rows.Remove(key.Encode());
            }
        }
    }
}
