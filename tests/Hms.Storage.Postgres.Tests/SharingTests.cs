using Hms.Domain.Entities;

namespace Hms.Storage.Postgres.Tests;

/// <summary>Several processes on one database.</summary>
public sealed class SharingTests(PostgresServer server) : PostgresTest(server)
{
    [Fact]
    public async Task Entity_that_another_process_has_changed_fails_alone()
    {
        await Writing("shared").CommitAsync(Store);
        await using var elsewhere = await PostgresStore.OpenAsync(Options);
        Assert.Null(await Writing("shared", 1).CommitAsync(elsewhere));
        var (stale, comparing, other) = (Writing("shared", 1), new FakeEntity("compared", 1), Writing("other"));
        await Writing("compared").CommitAsync(elsewhere);
        await Writing("compared", 1).CommitAsync(elsewhere);

        await TogetherAsync(stale, comparing, other);

        Assert.Contains("Mailbox/shared is at version 2, not at 1", (await stale.Completed)!.Message, StringComparison.Ordinal);
        Assert.Contains("Mailbox/compared is at version 2, not at 1", (await comparing.Completed)!.Message, StringComparison.Ordinal);
        Assert.Null(await other.Completed);
        Assert.Null(await Writing("shared", 2).CommitAsync(Store));
    }

    [Fact]
    public async Task Entity_that_is_being_changed_elsewhere_is_waited_for_and_then_fails_alone()
    {
        await Writing("shared").CommitAsync(Store);
        await using var foreigner = await ConnectAsync();
        await using var transaction = await foreigner.BeginTransactionAsync();
        await ExecuteAsync(foreigner, "UPDATE entity SET version = version + 1; INSERT INTO entity (kind, name, version) VALUES ('Mailbox', 'new', 1)");
        FakeEntity[] entities = [Writing("shared", 1), Writing("new"), Writing("other")];

        var together = TogetherAsync(entities);
        await WaitForLockAsync();
        await transaction.CommitAsync();
        await together;

        Assert.NotNull(await entities[0].Completed);
        Assert.NotNull(await entities[1].Completed);
        Assert.Null(await entities[2].Completed);
    }

    [Fact]
    public async Task Two_processes_that_change_the_same_entities_never_both_succeed_and_never_block_one_another()
    {
        await using var elsewhere = await PostgresStore.OpenAsync(Options);
        const int rounds = 50;
        const int many = 40;
        for (var round = 0; round < rounds; round++)
        {
            // Half of them are new in every round, and the two enlist them in opposite orders.
            FakeEntity Of(int i) => i % 2 == 0 ? Writing($"new {round} {i}") : Writing($"known {i}", round);
            FakeEntity[] here = [.. Enumerable.Range(0, many).Select(Of)];
            FakeEntity[] there = [.. Enumerable.Range(0, many).Select(Of).Reverse()];
            await Task.WhenAll(
                Task.Run(() => Array.ForEach(here, entity => Store.Enlist(entity, urgent: true))),
                Task.Run(() => Array.ForEach(there, entity => elsewhere.Enlist(entity, urgent: true))));

            foreach (var (one, other) in here.Zip(there.Reverse()))
            {
                var failures = await Task.WhenAll(one.Completed, other.Completed);
                var failure = Assert.Single(failures, failure => failure is not null);
                Assert.Contains("changed elsewhere", failure!.Message, StringComparison.Ordinal);
            }
        }

        Assert.DoesNotContain("deadlock", await Server.ReadLogAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_numbers_are_never_given_out_twice()
    {
        await using var elsewhere = await PostgresStore.OpenAsync(Options);
        var given = new HashSet<long>();
        for (var starts = 0; starts < 3; starts++)
        {
            for (var i = 0; i < 1_000; i++)
            {
                Assert.True(given.Add(Store.NextBodyId()));
                Assert.True(given.Add(elsewhere.NextBodyId()));
            }

            await RestartAsync();
        }
    }

    [Fact]
    public void Body_numbers_go_on_in_the_next_block_and_end_where_there_is_none()
    {
        var numbers = new BodyNumbers(size: 2);
        Assert.True(numbers.WantsBlock);
        numbers.Add(1);
        numbers.Add(101);

        Assert.Equal([1, 2, 101], [numbers.Next(), numbers.Next(), numbers.Next()]);
        Assert.True(numbers.WantsBlock);
        Assert.Equal(102, numbers.Next());
        Assert.Throws<Fabric.Storage.StoreException>(() => numbers.Next());
    }

    /// <summary>Returns when somebody waits for a lock.</summary>
    private async Task WaitForLockAsync()
    {
        await using var connection = await ConnectAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var command = new Npgsql.NpgsqlCommand("SELECT count(*) FROM pg_locks WHERE NOT granted", connection);
        while ((long)(await command.ExecuteScalarAsync(patience.Token))! == 0)
        {
        }
    }
}
