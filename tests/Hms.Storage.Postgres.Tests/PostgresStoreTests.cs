using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Storage.Postgres.Tests;

public sealed class PostgresStoreTests(PostgresServer server) : PostgresTest(server)
{
    [Fact]
    public async Task What_was_committed_is_read_back_also_after_a_restart()
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_678);
        var entity = new FakeEntity("worker") { DecidedAt = at, Wake = at.AddMinutes(1) };
        entity.Rows.Add(RowKey.Of('a', 300), [3]);
        entity.Rows.Add(RowKey.Of('a', 20), [2]);
        entity.Rows.Add(RowKey.Of('b', "näme\0"), []);
        var body = Store.NextBodyId();
        entity.Bodies.Add(body, new MessageBody(new byte[] { 1, 0, 2 }, "trace\0"));
        Assert.Null(await entity.CommitAsync(Store));

        for (var starts = 0; starts < 2; starts++)
        {
            var stored = await Store.LoadAsync(entity.Key);
            Assert.Equal(1, stored!.Version);
            Assert.Equal([RowKey.Of('a', 20), RowKey.Of('a', 300), RowKey.Of('b', "näme\0")], stored.Rows.Select(row => row.Key));
            Assert.Equal([[2], [3], []], stored.Rows.Select(row => row.Value.ToArray()));
            var read = await Store.ReadBodiesAsync([body + 1, body, body]);
            Assert.Null(read[0]);
            Assert.Equal([1, 0, 2], read[1]!.Value.Message.ToArray());
            Assert.Equal("trace\0", read[1]!.Value.TraceParent);
            Assert.NotNull(read[2]);
            Assert.Equal([(entity.Key, at.AddMinutes(1))], await Store.ReadWakesAsync(at.AddMinutes(1)));
            Assert.Empty(await Store.ReadWakesAsync(at.AddSeconds(59)));
            await RestartAsync();
        }

        Assert.InRange(Store.LatestDecision, at, at.AddSeconds(1));
        Assert.Null(await Store.LoadAsync(Mailbox("nobody")));
    }

    [Fact]
    public async Task Latest_decision_never_goes_back()
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_678);
        await using var behind = await PostgresStore.OpenAsync(Options);
        var one = new FakeEntity("one") { DecidedAt = at };
        one.Rows.Add(RowKey.Header, [1]);
        Assert.Null(await one.CommitAsync(Store));
        var other = new FakeEntity("other") { DecidedAt = at.AddHours(-1) };
        other.Rows.Add(RowKey.Header, [1]);

        Assert.Null(await other.CommitAsync(behind));

        await RestartAsync();
        Assert.InRange(Store.LatestDecision, at, at.AddSeconds(1));
    }

    [Fact]
    public async Task Entity_at_another_version_fails_alone()
    {
        await Writing("worker").CommitAsync(Store);
        await Writing("known").CommitAsync(Store);
        var stale = new FakeEntity("worker");
        stale.Rows.Add(RowKey.Of('a'), [1]);
        stale.Bodies.Add(7, new MessageBody(new byte[1], null));
        var unborn = Writing("unborn", version: 7);
        var (other, again) = (Writing("other"), Writing("known", version: 1));

        await TogetherAsync(stale, unborn, other, again);

        Assert.Contains("Mailbox/worker is at version 1, not at 0", (await stale.Completed)!.Message, StringComparison.Ordinal);
        Assert.Contains("Mailbox/unborn is at version 0, not at 7", (await unborn.Completed)!.Message, StringComparison.Ordinal);
        Assert.Single((await Store.LoadAsync(other.Key))!.Rows);
        Assert.Null(await again.Completed);
        Assert.Equal([RowKey.Of('w')], (await Store.LoadAsync(stale.Key))!.Rows.Select(row => row.Key));
        Assert.Null((await Store.ReadBodiesAsync([7]))[0]);
        Assert.Null(await Store.LoadAsync(unborn.Key));
        Assert.Null(await Writing("worker", version: 1).CommitAsync(Store));
        Assert.Null(Store.Problem);
    }

    [Fact]
    public async Task Commit_that_only_compares_changes_nothing_and_fails_where_the_version_is_another()
    {
        var worker = Writing("worker");
        await worker.CommitAsync(Store);
        var (same, stale, unborn) = (new FakeEntity("worker", 1), new FakeEntity("another", 3), new FakeEntity("unborn"));

        await TogetherAsync(same, stale, unborn, Writing("writing"));

        Assert.Null(await same.Completed);
        Assert.NotNull(await stale.Completed);
        Assert.Null(await unborn.Completed);
        Assert.Null(await Store.LoadAsync(unborn.Key));
        Assert.Equal(1, (await Store.LoadAsync(worker.Key))!.Version);

        await TogetherAsync(new FakeEntity("worker", 1), stale = new FakeEntity("writing", 2));
        Assert.NotNull(await stale.Completed);
        Assert.Equal(1, (await Store.LoadAsync(worker.Key))!.Version);
    }

    [Fact]
    public async Task Two_commits_of_one_entity_in_one_transaction_are_not_both_made()
    {
        var (first, second) = (Writing("worker"), Writing("worker"));

        await TogetherAsync(first, second);

        Assert.Null(await first.Completed);
        Assert.Contains("already", (await second.Completed)!.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await Store.LoadAsync(first.Key))!.Version);
    }

    [Fact]
    public async Task Entity_that_cannot_say_what_to_commit_fails_alone()
    {
        var broken = new FakeEntity("broken") { Collecting = () => throw new InvalidOperationException("a bug") };
        var other = Writing("other");

        await TogetherAsync(broken, other);

        Assert.Contains("a bug", (await broken.Completed)!.Message, StringComparison.Ordinal);
        Assert.Null(await other.Completed);
        Assert.Null(await Writing("later").CommitAsync(Store));
    }

    [Fact]
    public async Task One_who_has_nothing_to_commit_hears_nothing()
    {
        var nothing = new FakeEntity("nothing") { IsEmpty = true };
        var other = Writing("other");

        await TogetherAsync(nothing, other);

        Assert.Null(await other.Completed);
        Assert.Null(await Store.LoadAsync(nothing.Key));
    }

    [Fact]
    public async Task Transaction_that_the_server_refuses_fails_as_a_whole_and_harms_no_later_one()
    {
        await ExecuteAsync("ALTER TABLE body ADD CONSTRAINT small CHECK (octet_length(message) < 100)");
        var (small, large) = (Writing("small"), Writing("large"));
        large.Bodies.Add(Store.NextBodyId(), new MessageBody(new byte[200], null));

        await TogetherAsync(small, large);

        foreach (var entity in (FakeEntity[])[small, large])
        {
            Assert.Contains("cannot be written", (await entity.Completed)!.Message, StringComparison.Ordinal);
            Assert.Null(await Store.LoadAsync(entity.Key));
        }

        Assert.Null(await Writing("small").CommitAsync(Store));
        await WrittenAsync();
        Assert.Null(Store.Problem);
    }

    [Fact]
    public async Task Commit_larger_than_one_statement_is_made_as_a_whole()
    {
        var entity = new FakeEntity("large");
        long[] bodies = [.. Enumerable.Range(0, 3).Select(_ => Store.NextBodyId())];
        foreach (var body in bodies)
        {
            entity.Bodies.Add(body, new MessageBody(new byte[9_000_000], null));
        }

        Assert.Null(await entity.CommitAsync(Store));

        Assert.All(await Store.ReadBodiesAsync(bodies), body => Assert.Equal(9_000_000, body!.Value.Message.Length));
    }

    [Fact]
    public async Task What_has_enlisted_is_committed_before_the_store_is_closed()
    {
        var entities = Enumerable.Range(0, 100).Select(i => Writing($"e{i}")).ToArray();
        foreach (var entity in entities)
        {
            Store.Enlist(entity, urgent: true);
        }

        await RestartAsync();

        Assert.All(await Task.WhenAll(entities.Select(entity => entity.Completed)), Assert.Null);
        Assert.NotNull(await Store.LoadAsync(entities[99].Key));
    }

    [Fact]
    public async Task Closed_store_refuses_and_leaves_nobody_waiting()
    {
        var closed = Store;
        await RestartAsync();

        Assert.NotNull(await Writing("late").CommitAsync(closed));
        await Assert.ThrowsAsync<StoreException>(() => closed.LoadAsync(Mailbox("late")).AsTask());
        await closed.DisposeAsync();
    }

    [Fact]
    public async Task Closing_waits_for_reads_that_are_under_way()
    {
        var closing = Store;
        var reads = Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            try
            {
                await closing.LoadAsync(Mailbox($"e{i}"));
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
}
