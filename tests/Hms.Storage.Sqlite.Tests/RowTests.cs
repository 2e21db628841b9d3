using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Processes;

namespace Hms.Storage.Sqlite.Tests;

public sealed class RowTests : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private SqliteStore _store = null!;

    public ValueTask InitializeAsync()
    {
        _store = SqliteStore.Open(new SqliteStoreOptions { Folder = _folder.Combine("data") });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Rows_and_bodies_are_replaced_and_deleted()
    {
        var first = new FakeEntity("worker") { Wake = DateTimeOffset.UnixEpoch };
        first.Rows.Add(RowKey.Of('a', 1), [1]);
        first.Rows.Add(RowKey.Of('a', 2), [1]);
        var body = _store.NextBodyId();
        first.Bodies.Add(body, new MessageBody(new byte[] { 1 }, null));
        await first.CommitAsync(_store);

        var second = new FakeEntity("worker", version: 1);
        second.Rows.Add(RowKey.Of('a', 1), [9]);
        second.Rows.Add(RowKey.Of('a', 2), null);
        second.DeletedBodies.Add(body);
        Assert.Null(await second.CommitAsync(_store));

        var row = Assert.Single((await _store.LoadAsync(first.Key))!.Rows);
        Assert.Equal((RowKey.Of('a', 1), 9), (row.Key, row.Value.Span[0]));
        Assert.Null((await _store.ReadBodiesAsync([body]))[0]);
        Assert.Empty(await _store.ReadWakesAsync(DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task Header_is_a_row_among_the_others()
    {
        await CommitAsync(0, (RowKey.Header, [1]), (RowKey.Of('z'), [2]), (RowKey.Of('H'), [3]));
        Assert.Equal([RowKey.Of('H'), RowKey.Header, RowKey.Of('z')], await KeysAsync());

        await CommitAsync(1, (RowKey.Of('z'), null));
        Assert.Equal([RowKey.Of('H'), RowKey.Header], await KeysAsync());

        await CommitAsync(2, (RowKey.Header, []));
        Assert.Equal(0, (await RowsAsync())[1].Value.Length);

        await CommitAsync(3, (RowKey.Header, null));
        Assert.Equal([RowKey.Of('H')], await KeysAsync());
    }

    private async Task CommitAsync(long version, params (RowKey Key, byte[]? Value)[] rows)
    {
        var entity = new FakeEntity("worker", version);
        foreach (var (key, value) in rows)
        {
            entity.Rows.Add(key, value);
        }

        Assert.Null(await entity.CommitAsync(_store));
    }

    private async Task<IReadOnlyList<Row>> RowsAsync() => (await _store.LoadAsync(new EntityKey(EntityKind.Mailbox, "worker")))!.Rows;

    private async Task<IEnumerable<RowKey>> KeysAsync() => (await RowsAsync()).Select(row => row.Key);
}
