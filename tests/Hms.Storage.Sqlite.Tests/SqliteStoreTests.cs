using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Processes;
using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite.Tests;

public sealed class SqliteStoreTests : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private SqliteStore _store = null!;

    public ValueTask InitializeAsync()
    {
        _store = Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_committed_is_read_back_also_after_a_restart()
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_678);
        var entity = new FakeEntity("worker") { DecidedAt = at, Wake = at.AddMinutes(1) };
        entity.Rows.Add(RowKey.Of('a', 300), [3]);
        entity.Rows.Add(RowKey.Of('a', 20), [2]);
        entity.Rows.Add(RowKey.Of('b', "näme"), []);
        var body = _store.NextBodyId();
        entity.Bodies.Add(body, new MessageBody(new byte[] { 1, 0, 2 }, "trace"));
        Assert.Null(await entity.CommitAsync(_store));

        for (var starts = 0; starts < 2; starts++)
        {
            var stored = await _store.LoadAsync(entity.Key);
            Assert.Equal(1, stored!.Version);
            Assert.Equal([RowKey.Of('a', 20), RowKey.Of('a', 300), RowKey.Of('b', "näme")], stored.Rows.Select(row => row.Key));
            Assert.Equal([[2], [3], []], stored.Rows.Select(row => row.Value.ToArray()));
            var read = await _store.ReadBodiesAsync([body, body + 1]);
            Assert.Equal([1, 0, 2], read[0]!.Value.Message.ToArray());
            Assert.Equal("trace", read[0]!.Value.TraceParent);
            Assert.Null(read[1]);
            Assert.Equal([(entity.Key, at.AddMinutes(1))], await _store.ReadWakesAsync(at.AddMinutes(1)));
            Assert.Empty(await _store.ReadWakesAsync(at.AddSeconds(59)));
            await RestartAsync();
        }

        Assert.Equal(at, _store.LatestDecision);
        Assert.Null(await _store.LoadAsync(new EntityKey(EntityKind.Mailbox, "nobody")));
    }

    [Fact]
    public async Task Entity_at_another_version_fails_alone()
    {
        await new FakeEntity("worker").CommitAsync(_store);
        var stale = new FakeEntity("worker");
        stale.Rows.Add(RowKey.Of('a'), [1]);
        var unborn = new FakeEntity("unborn", version: 7);
        var other = new FakeEntity("other");

        await TogetherAsync(stale, unborn, other);

        Assert.Contains("Mailbox/worker is at version 1, not at 0", (await stale.Completed)!.Message, StringComparison.Ordinal);
        Assert.NotNull(await unborn.Completed);
        Assert.Null(await other.Completed);
        Assert.Empty((await _store.LoadAsync(stale.Key))!.Rows);
        Assert.Null(await new FakeEntity("worker", version: 1).CommitAsync(_store));
        Assert.Null(_store.Problem);
    }

    [Fact]
    public async Task Entity_that_cannot_say_what_to_commit_fails_alone()
    {
        var broken = new FakeEntity("broken") { Collecting = () => throw new InvalidOperationException("a bug") };
        var other = new FakeEntity("other");

        await TogetherAsync(broken, other);

        Assert.Contains("a bug", (await broken.Completed)!.Message, StringComparison.Ordinal);
        Assert.Null(await other.Completed);
        Assert.Null(await new FakeEntity("later").CommitAsync(_store));
    }

    [Fact]
    public async Task One_who_has_nothing_to_commit_hears_nothing()
    {
        var nothing = new FakeEntity("nothing") { IsEmpty = true };
        var other = new FakeEntity("other");

        await TogetherAsync(nothing, other);

        Assert.Null(await other.Completed);
        Assert.Null(await _store.LoadAsync(nothing.Key));
    }

    [Fact]
    public async Task Commit_without_room_fails_as_a_whole_and_goes_on_once_there_is_room()
    {
        await RestartAsync(pagesMax: 60);
        var body = _store.NextBodyId();
        var first = new FakeEntity("first");
        first.Bodies.Add(body, new MessageBody(new byte[100_000], null));
        Assert.Null(await first.CommitAsync(_store));
        var small = new FakeEntity("small");
        var large = new FakeEntity("large");
        large.Bodies.Add(_store.NextBodyId(), new MessageBody(new byte[200_000], null));
        var last = new FakeEntity("last");

        await TogetherAsync(small, large, last);

        foreach (var entity in (FakeEntity[])[small, large, last])
        {
            Assert.Contains("full", (await entity.Completed)!.Message, StringComparison.Ordinal);
            Assert.Null(await _store.LoadAsync(entity.Key));
        }

        Assert.Contains("full", _store.Problem, StringComparison.Ordinal);
        Assert.Equal(100_000, (await _store.ReadBodiesAsync([body]))[0]!.Value.Message.Length);

        var away = new FakeEntity("first", version: 1);
        away.DeletedBodies.Add(body);
        Assert.Null(await away.CommitAsync(_store));
        var again = new FakeEntity("large");
        again.Bodies.Add(_store.NextBodyId(), new MessageBody(new byte[150_000], null));
        Assert.Null(await again.CommitAsync(_store));
        Assert.Null(await new FakeEntity("small").CommitAsync(_store));
        await WrittenAsync();
        Assert.Null(_store.Problem);
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
        Assert.Null(await new FakeEntity("one").CommitAsync(_store));
    }

    [Fact]
    public async Task Body_numbers_are_never_given_out_again()
    {
        var highest = 0L;
        for (var i = 0; i < 10; i++)
        {
            highest = _store.NextBodyId();
        }

        var entity = new FakeEntity("worker");
        entity.Bodies.Add(highest, new MessageBody(new byte[1], null));
        await entity.CommitAsync(_store);
        var deleting = new FakeEntity("worker", version: 1);
        deleting.DeletedBodies.Add(highest);
        await deleting.CommitAsync(_store);

        await RestartAsync();

        Assert.True(_store.NextBodyId() > highest);
    }

    [Fact]
    public async Task What_has_enlisted_is_committed_before_the_file_is_closed()
    {
        var entities = Enumerable.Range(0, 100).Select(i => new FakeEntity($"e{i}")).ToArray();
        foreach (var entity in entities)
        {
            _store.Enlist(entity, urgent: true);
        }

        await RestartAsync();

        Assert.All(await Task.WhenAll(entities.Select(entity => entity.Completed)), Assert.Null);
        Assert.NotNull(await _store.LoadAsync(entities[99].Key));
    }

    [Fact]
    public async Task Closed_store_refuses_and_leaves_nobody_waiting()
    {
        var closed = _store;
        await RestartAsync();

        Assert.NotNull(await new FakeEntity("late").CommitAsync(closed));
        await Assert.ThrowsAsync<StoreException>(() => closed.LoadAsync(new EntityKey(EntityKind.Mailbox, "late")).AsTask());
        await closed.DisposeAsync();
    }

    [Fact]
    public async Task Closing_waits_for_reads_that_are_under_way()
    {
        var closing = _store;
        var reads = Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            try
            {
                await closing.LoadAsync(new EntityKey(EntityKind.Mailbox, $"e{i}"));
                return true;
            }
            catch (StoreException)
            {
                return false;
            }
        })).ToArray();

        await RestartAsync();

        await Task.WhenAll(reads).WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Commits several in one transaction: the writer is held until all have enlisted.</summary>
    private async Task TogetherAsync(params FakeEntity[] entities)
    {
        using var allThere = new ManualResetEventSlim();
        var holding = new FakeEntity("holding the writer") { IsEmpty = true, Collecting = allThere.Wait };
        _store.Enlist(holding, urgent: true);
        foreach (var entity in entities)
        {
            _store.Enlist(entity, urgent: true);
        }

        allThere.Set();
        foreach (var entity in entities.Where(entity => !entity.IsEmpty))
        {
            await entity.Completed;
        }

        await WrittenAsync();
    }

    /// <summary>Returns when the writer is done with all that came before.</summary>
    private async Task WrittenAsync()
    {
        var reached = new TaskCompletionSource();
        _store.Enlist(new FakeEntity("after") { IsEmpty = true, Collecting = () => reached.TrySetResult() }, urgent: true);
        await reached.Task;
    }

    private SqliteStore Open(long? pagesMax = null) =>
        SqliteStore.Open(new SqliteStoreOptions { Folder = _folder.Path, PagesMax = pagesMax, BusyTimeout = TimeSpan.Zero });

    private async Task RestartAsync(long? pagesMax = null)
    {
        await _store.DisposeAsync();
        _store = Open(pagesMax);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={_store.File};Pooling=False");
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
