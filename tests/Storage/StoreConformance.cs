using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Storage;

/// <summary>What every store does.</summary>
public abstract class StoreConformance : StoreTest
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
    public async Task Latest_decision_is_never_far_ahead_however_often_the_store_was_opened()
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_678);
        var latest = at;
        for (var starts = 0; starts < 6; starts++)
        {
            // As the clock does: nothing is decided before what may have been decided already.
            var entity = new FakeEntity($"worker-{starts}") { DecidedAt = latest };
            entity.Rows.Add(RowKey.Header, [1]);
            Assert.Null(await entity.CommitAsync(Store));
            await RestartAsync();
            latest = Store.LatestDecision;
        }

        Assert.InRange(latest, at, at + IEntityStore.LatestDecisionAhead);
    }

    [Fact]
    public async Task Rows_and_bodies_are_replaced_and_deleted()
    {
        var first = new FakeEntity("worker") { Wake = DateTimeOffset.UnixEpoch };
        first.Rows.Add(RowKey.Of('a', 1), [1]);
        first.Rows.Add(RowKey.Of('a', 2), [1]);
        var body = Store.NextBodyId();
        first.Bodies.Add(body, new MessageBody(new byte[] { 1 }, null));
        await first.CommitAsync(Store);

        var second = new FakeEntity("worker", version: 1);
        second.Rows.Add(RowKey.Of('a', 1), [9]);
        second.Rows.Add(RowKey.Of('a', 2), null);
        second.DeletedBodies.Add(body);
        Assert.Null(await second.CommitAsync(Store));

        var row = Assert.Single((await Store.LoadAsync(first.Key))!.Rows);
        Assert.Equal((RowKey.Of('a', 1), 9), (row.Key, row.Value.Span[0]));
        Assert.Null((await Store.ReadBodiesAsync([body]))[0]);
        Assert.Empty(await Store.ReadWakesAsync(DateTimeOffset.MaxValue));
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

    [Fact]
    public async Task Entity_at_another_version_fails_alone()
    {
        await Writing("worker").CommitAsync(Store);
        await Writing("known").CommitAsync(Store);
        var stale = new FakeEntity("worker");
        stale.Rows.Add(RowKey.Of('a'), [1]);
        var body = Store.NextBodyId();
        stale.Bodies.Add(body, new MessageBody(new byte[1], null));
        var unborn = Writing("unborn", version: 7);
        var (other, again) = (Writing("other"), Writing("known", version: 1));

        await TogetherAsync(stale, unborn, other, again);

        Assert.Contains("Mailbox/worker is at version 1, not at 0", (await stale.Completed)!.Message, StringComparison.Ordinal);
        Assert.Contains("Mailbox/unborn is at version 0, not at 7", (await unborn.Completed)!.Message, StringComparison.Ordinal);
        Assert.Single((await Store.LoadAsync(other.Key))!.Rows);
        Assert.Null(await again.Completed);
        Assert.Equal([RowKey.Of('w')], (await Store.LoadAsync(stale.Key))!.Rows.Select(row => row.Key));
        Assert.Null((await Store.ReadBodiesAsync([body]))[0]);
        Assert.Null(await Store.LoadAsync(unborn.Key));
        Assert.Null(await Writing("worker", version: 1).CommitAsync(Store));
        Assert.Null(Store.Problem);
    }

    [Fact]
    public async Task Two_commits_of_one_entity_in_one_transaction_are_not_both_made()
    {
        var (first, second) = (Writing("worker"), Writing("worker"));

        await TogetherAsync(first, second);

        Assert.Null(await first.Completed);
        Assert.NotNull(await second.Completed);
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
    public async Task Body_numbers_are_never_given_out_again()
    {
        var highest = 0L;
        for (var i = 0; i < 10; i++)
        {
            highest = Store.NextBodyId();
        }

        var entity = new FakeEntity("worker");
        entity.Bodies.Add(highest, new MessageBody(new byte[1], null));
        await entity.CommitAsync(Store);
        var deleting = new FakeEntity("worker", version: 1);
        deleting.DeletedBodies.Add(highest);
        await deleting.CommitAsync(Store);

        await RestartAsync();

        Assert.True(Store.NextBodyId() > highest);
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

    private async Task CommitAsync(long version, params (RowKey Key, byte[]? Value)[] rows)
    {
        var entity = new FakeEntity("worker", version);
        foreach (var (key, value) in rows)
        {
            entity.Rows.Add(key, value);
        }

        Assert.Null(await entity.CommitAsync(Store));
    }

    private async Task<IReadOnlyList<Row>> RowsAsync() => (await Store.LoadAsync(Mailbox("worker")))!.Rows;

    private async Task<IEnumerable<RowKey>> KeysAsync() => (await RowsAsync()).Select(row => row.Key);
}
