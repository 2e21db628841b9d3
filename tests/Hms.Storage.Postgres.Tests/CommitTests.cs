using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Storage.Postgres.Tests;

public sealed class CommitTests(PostgresServer server) : PostgresTest(server)
{
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
    public async Task Second_of_two_commits_of_one_entity_in_one_transaction_is_told_so()
    {
        var (first, second) = (Writing("worker"), Writing("worker"));

        await TogetherAsync(first, second);

        Assert.Null(await first.Completed);
        Assert.Contains("already", (await second.Completed)!.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await Store.LoadAsync(first.Key))!.Version);
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
}
