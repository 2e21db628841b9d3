using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <summary>Locks with a lease and a fencing token (section 3.3): at most one holds, those who wait are served in their order, tokens only grow.</summary>
public abstract partial class LockConformance(IFabricFixture fixture) : CoordinationSuite(fixture)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Free_lock_is_granted_with_a_token_and_the_end_of_its_lease()
    {
        var name = NewName("db");

        var answer = await AcquireAsync(name, "one");

        Assert.True(answer.Granted);
        Assert.True(answer.FencingToken > 0);
        Assert.Equal((null, 0), (answer.Holder, answer.QueuePosition));
        var record = await Fabric.Locks.GetAsync(name);
        Assert.Equal(("one", answer.FencingToken, answer.ExpiresAt), (record.Holder, record.FencingToken, record.ExpiresAt));
        await Fixture.AdvanceAsync(Lease - TimeSpan.FromMilliseconds(1));
        Assert.True(await Fabric.Locks.CheckAsync(name, answer.FencingToken));
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.False(await Fabric.Locks.CheckAsync(name, answer.FencingToken));
    }

    [Fact]
    public async Task Who_does_not_wait_is_told_who_holds_it_and_what_place_it_would_have()
    {
        var name = NewName("db");
        await AcquireAsync(name, "one");

        var first = await AcquireAsync(name, "two");
        var waiting = WaitAsync(name, "three");
        await QueuedAsync(name, "three");
        var second = await AcquireAsync(name, "two");

        Assert.Equal((false, "one", 1), (first.Granted, first.Holder, first.QueuePosition));
        Assert.Equal((false, "one", 2), (second.Granted, second.Holder, second.QueuePosition));
        Assert.Equal(["three"], (await Fabric.Locks.GetAsync(name)).Waiters);
        await ReleaseAsync(name, "one");
        Assert.True((await waiting).Granted);
    }

    [Fact]
    public async Task Waiters_are_served_in_the_order_in_which_they_came_with_growing_tokens()
    {
        var name = NewName("db");
        var last = await AcquireAsync(name, "first");
        var waiting = new List<Task<LockAnswer>>();
        for (var i = 0; i < 5; i++)
        {
            waiting.Add(WaitAsync(name, $"waiter-{i}"));
            await QueuedAsync(name, [.. Enumerable.Range(0, i + 1).Select(place => $"waiter-{place}")]);
        }

        var holder = "first";
        for (var i = 0; i < 5; i++)
        {
            await Fabric.Locks.ReleaseAsync(name, holder, last.FencingToken);
            var next = await waiting[i];
            Assert.True(next.Granted);
            Assert.True(next.FencingToken > last.FencingToken);
            Assert.All(waiting.Skip(i + 1), later => Assert.False(later.IsCompleted));
            (holder, last) = ($"waiter-{i}", next);
        }
    }

    [Fact]
    public async Task Wait_that_is_over_ends_without_the_lock_and_leaves_the_queue()
    {
        var name = NewName("db");
        await AcquireAsync(name, "one", lease: TimeSpan.FromHours(1));
        var waiting = WaitAsync(name, "two", TimeSpan.FromSeconds(15));
        await QueuedAsync(name, "two");

        var answer = await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1));

        Assert.Equal((false, "one", 1), (answer.Granted, answer.Holder, answer.QueuePosition));
        Assert.Empty((await Fabric.Locks.GetAsync(name)).Waiters);
    }

    [Fact]
    public async Task Wait_of_more_than_a_minute_counts_as_a_minute()
    {
        var name = NewName("db");
        await AcquireAsync(name, "one", lease: TimeSpan.FromHours(1));
        var waiting = WaitAsync(name, "two", TimeSpan.FromMinutes(10));
        await QueuedAsync(name, "two");
        for (var second = 0; second < 58; second++)
        {
            await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await QueuedAsync(name, "two");
        Assert.False(waiting.IsCompleted);

        Assert.False((await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1))).Granted);
    }

    [Fact]
    public async Task Lease_that_ran_out_lets_the_first_waiter_in_and_the_old_token_is_refused()
    {
        var name = NewName("db");
        var old = await AcquireAsync(name, "one", lease: TimeSpan.FromSeconds(3));
        var waiting = WaitAsync(name, "two");
        await QueuedAsync(name, "two");

        var granted = await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1));

        Assert.True(granted.FencingToken > old.FencingToken);
        Assert.False(await Fabric.Locks.CheckAsync(name, old.FencingToken));
        Assert.True(await Fabric.Locks.CheckAsync(name, granted.FencingToken));
        foreach (var late in new[] { RefusedAsync(ErrorCode.Conflict, RenewAsync(name, "one", old)), ReleaseRefusedAsync(name, "one", old) })
        {
            var record = RecordIn(await late);
            Assert.Equal("two", (string?)record["holder"]);
            Assert.Equal(granted.FencingToken, (long?)record["fencing_token"]);
        }
    }

    [Fact]
    public async Task Renewal_holds_it_for_another_lease_under_the_same_token()
    {
        var name = NewName("db");
        var held = await AcquireAsync(name, "one");
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(20));

        var renewed = await Fabric.Locks.RenewAsync(name, "one", held.FencingToken, TimeSpan.FromSeconds(60));

        Assert.Equal((true, held.FencingToken), (renewed.Granted, renewed.FencingToken));
        Assert.Equal(held.ExpiresAt + TimeSpan.FromSeconds(50), renewed.ExpiresAt);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(59));
        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.False(await Fabric.Locks.CheckAsync(name, held.FencingToken));
    }

    [Fact]
    public async Task Renewal_and_release_by_another_owner_or_under_another_token_are_a_conflict_with_the_record()
    {
        var name = NewName("db");
        var held = await AcquireAsync(name, "one");
        var wrong = held with { FencingToken = held.FencingToken + 1 };

        Fault[] faults =
        [
            await RefusedAsync(ErrorCode.Conflict, RenewAsync(name, "two", held)),
            await RefusedAsync(ErrorCode.Conflict, RenewAsync(name, "one", wrong)),
            await ReleaseRefusedAsync(name, "two", held),
            await ReleaseRefusedAsync(name, "one", wrong),
        ];

        Assert.All(faults, fault => Assert.Equal(("one", name), ((string?)RecordIn(fault)["holder"], (string?)RecordIn(fault)["lock_id"])));
        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
    }

    [Fact]
    public async Task Released_lock_cannot_be_renewed_or_released_again_and_its_token_is_not_current()
    {
        var name = NewName("db");
        var held = await AcquireAsync(name, "one");

        await Fabric.Locks.ReleaseAsync(name, "one", held.FencingToken);

        var record = await Fabric.Locks.GetAsync(name);
        Assert.Equal((null, held.FencingToken, null), (record.Holder, record.FencingToken, record.ExpiresAt));
        Assert.False(await Fabric.Locks.CheckAsync(name, held.FencingToken));
        await RefusedAsync(ErrorCode.Conflict, RenewAsync(name, "one", held));
        await ReleaseRefusedAsync(name, "one", held);
        Assert.True((await AcquireAsync(name, "one")).FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task Lock_that_nobody_ever_asked_for_is_not_found()
    {
        var name = NewName("db");
        var nothing = new LockAnswer(true, 1, null, null, 0);

        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Locks.GetAsync(name));
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Locks.CheckAsync(name, 1));
        await RefusedAsync(ErrorCode.DestinationNotFound, RenewAsync(name, "one", nothing));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => Fabric.Locks.ReleaseAsync(name, "one", 1).AsTask());
    }

    [Fact]
    public async Task Holder_that_asks_again_renews_under_the_same_token()
    {
        var name = NewName("db");
        var held = await AcquireAsync(name, "one", instance: "a");
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(10));

        var again = await AcquireAsync(name, "one", instance: "a");

        Assert.Equal((true, held.FencingToken, true), (again.Granted, again.FencingToken, again.Renewed));
        Assert.Equal(held.ExpiresAt + TimeSpan.FromSeconds(10), again.ExpiresAt);
    }

    [Fact]
    public async Task Another_instance_of_the_holder_waits_like_anybody_else()
    {
        var name = NewName("db");
        var held = await AcquireAsync(name, "one", instance: "a");

        Assert.False((await AcquireAsync(name, "one", instance: "b")).Granted);
        Assert.False((await AcquireAsync(name, "one")).Granted);
        var waiting = WaitAsync(name, "one", instance: "b");
        await QueuedAsync(name, "one");
        await Fabric.Locks.ReleaseAsync(name, "one", held.FencingToken);

        Assert.True((await waiting).FencingToken > held.FencingToken);
        Assert.Equal("b", (await Fabric.Locks.GetAsync(name)).Instance);
    }

    [Fact]
    public async Task Record_is_written_as_the_contract_shows_it()
    {
        var name = NewName("db");
        var held = await AcquireAsync(name, "one");
        var waiting = WaitAsync(name, "two");
        await QueuedAsync(name, "two");

        var taken = Json((await Fabric.Locks.GetAsync(name)).WriteTo);
        await Fabric.Locks.ReleaseAsync(name, "one", held.FencingToken);
        var next = await waiting;
        await Fabric.Locks.ReleaseAsync(name, "two", next.FencingToken);
        var free = Json((await Fabric.Locks.GetAsync(name)).WriteTo);

        Assert.Equal(["lock_id", "holder", "fencing_token", "expires_at", "waiters"], Members(taken));
        Assert.Equal(("one", held.FencingToken), ((string?)taken["holder"], (long?)taken["fencing_token"]));
        Assert.Equal(JsonText.Timestamp(held.ExpiresAt!.Value), (string?)taken["expires_at"]);
        Assert.Equal(["two"], Names(taken["waiters"]));
        Assert.Equal((true, null, null), (free.ContainsKey("holder"), free["holder"], free["expires_at"]));
        Assert.Equal(next.FencingToken, (long?)free["fencing_token"]);
        Assert.Empty(Names(free["waiters"]));
    }

    [Theory]
    [InlineData("two words", "one", 1, 0, "/name")]
    [InlineData("", "one", 1, 0, "/name")]
    [InlineData("db", "", 1, 0, "/owner")]
    [InlineData("db", "two words", 1, 0, "/owner")]
    [InlineData("db", "one", 0, 0, "/lease_ms")]
    [InlineData("db", "one", 86_400_001, 0, "/lease_ms")]
    [InlineData("db", "one", 1, -1, "/lock_delay_ms")]
    public async Task What_is_out_of_range_is_a_validation_error(string name, string owner, long leaseMs, long delayMs, string path)
    {
        var bid = new LockBid(owner, leaseMs) { LockDelayMs = delayMs };

        var fault = await RefusedAsync(ErrorCode.Validation, Fabric.Locks.AcquireAsync(name, bid));

        Assert.Contains(path, fault.Problems.Select(problem => problem.Path));
    }

    [Fact]
    public async Task Renewal_for_no_time_or_too_long_is_a_validation_error()
    {
        var name = NewName("db");
        var held = await AcquireAsync(name, "one");

        foreach (var lease in new[] { TimeSpan.Zero, TimeSpan.FromDays(1) + TimeSpan.FromMilliseconds(1) })
        {
            await RefusedAsync(ErrorCode.Validation, () => Fabric.Locks.RenewAsync(name, "one", held.FencingToken, lease).AsTask());
        }
    }

    private Task<LockAnswer> AcquireAsync(string name, string owner, TimeSpan? lease = null, string? instance = null, TimeSpan? delay = null) =>
        Soon(Fabric.Locks.AcquireAsync(name, BidOf(owner, lease, instance, delay)));

    private Task<LockAnswer> WaitAsync(
        string name, string owner, TimeSpan? wait = null, string? instance = null, CancellationToken leave = default) =>
        Soon(Fabric.Locks.AcquireAsync(name, BidOf(owner, null, instance, null), wait ?? Minute, leave));

    private static LockBid BidOf(string owner, TimeSpan? lease, string? instance, TimeSpan? delay) => new(owner, (long)(lease ?? Lease).TotalMilliseconds)
    {
        Instance = instance,
        LockDelayMs = (long)(delay ?? TimeSpan.Zero).TotalMilliseconds,
    };

    private ValueTask<LockAnswer> RenewAsync(string name, string owner, LockAnswer held) => Fabric.Locks.RenewAsync(name, owner, held.FencingToken, Lease);

    /// <summary>Releases for whoever holds it.</summary>
    private async Task ReleaseAsync(string name, string owner) =>
        await Fabric.Locks.ReleaseAsync(name, owner, (await Fabric.Locks.GetAsync(name)).FencingToken);

    private Task<Fault> ReleaseRefusedAsync(string name, string owner, LockAnswer held) =>
        RefusedAsync(ErrorCode.Conflict, () => Fabric.Locks.ReleaseAsync(name, owner, held.FencingToken).AsTask());

    private Task<LockRecord> QueuedAsync(string name, params string[] waiters) =>
        EventuallyAsync(async () => await Fabric.Locks.GetAsync(name), record => record.Waiters.SequenceEqual(waiters));

    private Task<LockRecord> HeldByAsync(string name, string? holder) =>
        EventuallyAsync(async () => await Fabric.Locks.GetAsync(name), record => record.Holder == holder);
}
