using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Processes;
using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite.Tests;

public sealed class SqliteStoreTests : StoreConformance
{
    private readonly ScratchFolder _folder = new();
    private long? _pagesMax;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    private protected override Task<IEntityStore> OpenAsync() => Task.FromResult<IEntityStore>(
        SqliteStore.Open(new SqliteStoreOptions { Folder = _folder.Path, PagesMax = _pagesMax, BusyTimeout = TimeSpan.Zero }));

    [Fact]
    public async Task Commit_without_room_fails_as_a_whole_and_goes_on_once_there_is_room()
    {
        _pagesMax = 60;
        await RestartAsync();
        var body = Store.NextBodyId();
        var first = new FakeEntity("first");
        first.Bodies.Add(body, new MessageBody(new byte[100_000], null));
        Assert.Null(await first.CommitAsync(Store));
        var small = new FakeEntity("small");
        var large = new FakeEntity("large");
        large.Bodies.Add(Store.NextBodyId(), new MessageBody(new byte[200_000], null));
        var last = new FakeEntity("last");

        await TogetherAsync(small, large, last);

        foreach (var entity in (FakeEntity[])[small, large, last])
        {
            Assert.Contains("full", (await entity.Completed)!.Message, StringComparison.Ordinal);
            Assert.Null(await Store.LoadAsync(entity.Key));
        }

        Assert.Contains("full", Store.Problem, StringComparison.Ordinal);
        Assert.Equal(100_000, (await Store.ReadBodiesAsync([body]))[0]!.Value.Message.Length);

        var away = new FakeEntity("first", version: 1);
        away.DeletedBodies.Add(body);
        Assert.Null(await away.CommitAsync(Store));
        var again = new FakeEntity("large");
        again.Bodies.Add(Store.NextBodyId(), new MessageBody(new byte[150_000], null));
        Assert.Null(await again.CommitAsync(Store));
        Assert.Null(await new FakeEntity("small").CommitAsync(Store));
        await WrittenAsync();
        Assert.Null(Store.Problem);
    }

    [Fact]
    public async Task Transaction_that_cannot_begin_fails_all_and_harms_no_later_one()
    {
        using var foreigner = Connect();
        Execute(foreigner, "BEGIN IMMEDIATE");
        var one = new FakeEntity("one");
        var other = new FakeEntity("other");

        await TogetherAsync(one, other);

        Assert.NotNull(await one.Completed);
        Assert.NotNull(await other.Completed);
        Execute(foreigner, "ROLLBACK");
        Assert.Null(await new FakeEntity("one").CommitAsync(Store));
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={((SqliteStore)Store).File};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
