using System.Collections.Concurrent;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Storage.Postgres.Tests;

/// <summary>The database goes away and comes back.</summary>
public sealed class OutageTests(PostgresServer server) : PostgresTest(server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_database_is_away_commits_and_reads_fail_clearly_and_afterwards_all_is_well(bool crash)
    {
        await Writing("worker").CommitAsync(Store);
        await Server.StopAsync(crash);
        try
        {
            var failures = new[]
            {
                (await Writing("worker", 1).CommitAsync(Store))!.Message,
                (await Assert.ThrowsAsync<StoreException>(() => Store.LoadAsync(Mailbox("worker")).AsTask())).Message,
            };
            await WrittenAsync();
            Assert.All([.. failures, Store.Problem!], message =>
            {
                Assert.Contains("the database postgres at", message, StringComparison.Ordinal);
                Assert.DoesNotContain("a-secret", message, StringComparison.Ordinal);
            });
            Assert.True(Store.NextBodyId() > 0);
        }
        finally
        {
            await Server.StartAsync();
        }

        // Nobody commits: it finds out by itself.
        Assert.True(SpinWait.SpinUntil(() => Store.Problem is null, Patience));
        Assert.Equal(1, (await Store.LoadAsync(Mailbox("worker")))!.Version);
        Assert.Null(await Writing("worker", 1).CommitAsync(Store));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_that_nobody_noticed_is_noticed_by_nobody(bool crash)
    {
        await Writing("worker").CommitAsync(Store);
        await Store.LoadAsync(Mailbox("worker"));

        await Server.StopAsync(crash);
        await Server.StartAsync();

        Assert.Null(await Writing("worker", 1).CommitAsync(Store));
        Assert.Equal(2, (await Store.LoadAsync(Mailbox("worker")))!.Version);
    }

    [Fact]
    public async Task Store_that_nobody_uses_notices_by_itself_that_the_database_is_away()
    {
        Assert.Null(Store.Problem);

        await Server.StopAsync(crash: true);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => Store.Problem is not null, Patience));
        }
        finally
        {
            await Server.StartAsync();
        }

        Assert.True(SpinWait.SpinUntil(() => Store.Problem is null, Patience));
    }

    [Fact]
    public async Task What_was_acknowledged_outlives_crashes_under_load_and_what_was_refused_is_not_half_there()
    {
        var acknowledged = new ConcurrentDictionary<string, (long Version, long Body)>();
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 8).Select(i => Task.Run(() => WorkAsync($"worker {i}", acknowledged, stop.Token))).ToArray();
        for (var crashes = 0; crashes < 3; crashes++)
        {
            var before = acknowledged.Values.Sum(known => known.Version);
            Assert.True(SpinWait.SpinUntil(() => acknowledged.Values.Sum(known => known.Version) > before + 20, Patience));
            await Server.StopAsync(crash: true);
            await Server.StartAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(workers);

        Assert.Equal(8, acknowledged.Count);
        foreach (var (name, known) in acknowledged)
        {
            // One commit more may have been made whose outcome nobody heard; each has a body of its own.
            var stored = (await Store.LoadAsync(Mailbox(name)))!;
            Assert.InRange(stored.Version, known.Version, known.Version + 1);
            Assert.Equal(stored.Version, stored.Rows.Count);
            Assert.NotNull((await Store.ReadBodiesAsync([known.Body]))[0]);
            Assert.All(
                await Store.ReadBodiesAsync([.. stored.Rows.Select(row => BitConverter.ToInt64(row.Value.Span))]), body => Assert.NotNull(body));
        }
    }

    private async Task WorkAsync(string name, ConcurrentDictionary<string, (long Version, long Body)> acknowledged, CancellationToken stop)
    {
        var version = 0L;
        while (!stop.IsCancellationRequested)
        {
            var entity = new FakeEntity(name, version);
            var body = Store.NextBodyId();
            entity.Rows.Add(RowKey.Of('r', version), BitConverter.GetBytes(body));
            entity.Bodies.Add(body, new MessageBody(new byte[100], null));
            if (await entity.CommitAsync(Store) is null)
            {
                acknowledged[name] = (++version, body);
                continue;
            }

            version = await VersionAsync(name);
            Assert.True(!acknowledged.TryGetValue(name, out var known) || version >= known.Version, $"{name} went back to {version}");
        }
    }

    private async Task<long> VersionAsync(string name)
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return (await Store.LoadAsync(Mailbox(name)))?.Version ?? 0;
            }
            catch (StoreException) when (System.Diagnostics.Stopwatch.GetElapsedTime(start) < Patience)
            {
                // Away still.
            }
        }
    }
}
