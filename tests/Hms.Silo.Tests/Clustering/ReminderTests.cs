using Hms.Storage.Postgres.Tests;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Hms.Silo.Tests.Clustering;

/// <summary>Reminders, as Orleans' own table keeps them in ours.</summary>
public sealed class ReminderTests(PostgresServer server) : ClusteringTest(server)
{
    private static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc);

    [Theory]
    [InlineData(60_000)]
    [InlineData(49L * 24 * 3600 * 1000)]
    public async Task Reminder_is_read_as_it_was_written(long period)
    {
        var table = await TableAsync();
        var written = Reminder("a", "x", TimeSpan.FromMilliseconds(period));

        var etag = await table.UpsertRow(written);

        var read = await table.ReadRow(written.GrainId, "x");
        Assert.NotNull(read);
        Assert.Equal((written.GrainId, "x", Start, written.Period, etag), (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
        Assert.Null(await table.ReadRow(written.GrainId, "y"));
        Assert.Null(await table.ReadRow(Grain("b"), "x"));
    }

    [Fact]
    public async Task Reminder_written_again_is_changed_and_has_another_etag()
    {
        var table = await TableAsync();
        var first = await table.UpsertRow(Reminder("a", "x", TimeSpan.FromMinutes(1)));
        var changed = Reminder("a", "x", TimeSpan.FromMinutes(2));
        changed.StartAt = Start.AddDays(1);

        var second = await table.UpsertRow(changed);

        Assert.NotEqual(first, second);
        var read = Assert.Single((await table.ReadRows(Grain("a"))).Reminders);
        Assert.Equal((changed.StartAt, changed.Period, second), (read.StartAt, read.Period, read.ETag));
    }

    [Fact]
    public async Task Reminders_of_one_grain_are_read_without_those_of_others()
    {
        var table = await TableAsync();
        foreach (var (grain, name) in new[] { ("a", "x"), ("a", "y"), ("b", "x") })
        {
            await table.UpsertRow(Reminder(grain, name));
        }

        Assert.Equal(["x", "y"], (await table.ReadRows(Grain("a"))).Reminders.Select(reminder => reminder.ReminderName).Order());
        Assert.Empty((await table.ReadRows(Grain("c"))).Reminders);
    }

    [Fact]
    public async Task Range_begins_behind_its_first_hash_ends_with_its_last_and_goes_round()
    {
        var table = await TableAsync();
        var grains = Enumerable.Range(0, 40).Select(i => Grain($"grain {i}")).OrderBy(grain => grain.GetUniformHashCode()).ToArray();
        foreach (var grain in grains)
        {
            await table.UpsertRow(new ReminderEntry { GrainId = grain, ReminderName = "x", StartAt = Start, Period = TimeSpan.FromMinutes(1) });
        }

        // Hashes on both sides of 2^31 are there, so that their signed order is not their order.
        Assert.Contains(grains, grain => grain.GetUniformHashCode() < int.MaxValue);
        Assert.Contains(grains, grain => grain.GetUniformHashCode() > int.MaxValue);
        foreach (var (begin, end) in new[] { (0, 1), (3, 30), (30, 3), (0, 39), (39, 0), (20, 20), (19, 21), (21, 19) })
        {
            var (from, to) = (grains[begin].GetUniformHashCode(), grains[end].GetUniformHashCode());
            var expected = begin < end ? grains[(begin + 1)..(end + 1)] : [.. grains[(begin + 1)..], .. grains[..(end + 1)]];

            var read = (await table.ReadRows(from, to)).Reminders.Select(reminder => reminder.GrainId).OrderBy(grain => grain.GetUniformHashCode());

            Assert.Equal(expected.OrderBy(grain => grain.GetUniformHashCode()), read);
        }

        Assert.Equal(40, (await table.ReadRows(0, uint.MaxValue)).Reminders.Count);
        Assert.Equal(40, (await table.ReadRows(0, 0)).Reminders.Count);
    }

    [Fact]
    public async Task Removing_takes_the_current_etag_and_no_other()
    {
        var table = await TableAsync();
        var stale = await table.UpsertRow(Reminder("a", "x"));
        var current = await table.UpsertRow(Reminder("a", "x"));

        Assert.False(await table.RemoveRow(Grain("a"), "x", stale!));
        Assert.NotNull(await table.ReadRow(Grain("a"), "x"));
        Assert.False(await table.RemoveRow(Grain("a"), "y", current!));
        Assert.True(await table.RemoveRow(Grain("a"), "x", current!));
        Assert.False(await table.RemoveRow(Grain("a"), "x", current!));
        Assert.Null(await table.ReadRow(Grain("a"), "x"));
    }

    [Fact]
    public async Task Etag_of_a_reminder_that_was_removed_does_not_remove_the_next_one()
    {
        var table = await TableAsync();
        var first = await table.UpsertRow(Reminder("a", "x"));
        Assert.True(await table.RemoveRow(Grain("a"), "x", first!));
        await table.UpsertRow(Reminder("a", "x"));

        Assert.False(await table.RemoveRow(Grain("a"), "x", first!));

        Assert.NotNull(await table.ReadRow(Grain("a"), "x"));
    }

    [Fact]
    public async Task Many_who_write_one_reminder_at_once_leave_one()
    {
        var table = await TableAsync();

        var etags = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => table.UpsertRow(Reminder("a", "x", TimeSpan.FromMinutes(i)))));

        Assert.Distinct(etags);
        Assert.Contains((await table.ReadRows(Grain("a"))).Reminders.Single().ETag, etags);
    }

    [Fact]
    public async Task Clearing_takes_all_of_this_service()
    {
        var table = await TableAsync();
        await table.UpsertRow(Reminder("a", "x"));
        await ExecuteAsync("INSERT INTO reminder SELECT 'other', grain, name, grain_hash, start_at, period_ms, version FROM reminder");

        await table.TestOnlyClearTable();

        Assert.Empty((await table.ReadRows(0, 0)).Reminders);
        Assert.Equal(1L, await ReadAsync<long>("SELECT count(*) FROM reminder"));
    }

    private static GrainId Grain(string key) => GrainId.Create("waker", key);

    private static ReminderEntry Reminder(string grain, string name, TimeSpan? period = null) =>
        new() { GrainId = Grain(grain), ReminderName = name, StartAt = Start, Period = period ?? TimeSpan.FromMinutes(1) };

    private async Task<IReminderTable> TableAsync()
    {
        var table = Silo().Services.GetRequiredService<IReminderTable>();
        await table.StartAsync(CancellationToken.None);
        return table;
    }
}
