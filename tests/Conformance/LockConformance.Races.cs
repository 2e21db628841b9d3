using System.Collections.Concurrent;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <content>Many at once, those who go away, and what a restart leaves.</content>
public abstract partial class LockConformance
{
    [Fact]
    public async Task Of_many_at_once_one_holds_at_a_time_and_tokens_grow()
    {
        var name = NewName("db");
        var tokens = new ConcurrentQueue<long>();
        var inside = 0;

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => WorkAsync($"worker-{i}")));

        Assert.Equal(12 * 5, tokens.Count);
        Assert.Equal(tokens.Order(), tokens);
        Assert.Equal(tokens.Count, tokens.Distinct().Count());
        var record = await Fabric.Locks.GetAsync(name);
        Assert.Null(record.Holder);
        Assert.Empty(record.Waiters);

        async Task WorkAsync(string owner)
        {
            for (var round = 0; round < 5; round++)
            {
                var held = await WaitAsync(name, owner);
                Assert.True(held.Granted);
                Assert.Equal(1, Interlocked.Increment(ref inside));
                tokens.Enqueue(held.FencingToken);
                await Task.Yield();
                Assert.Equal(0, Interlocked.Decrement(ref inside));
                await Fabric.Locks.ReleaseAsync(name, owner, held.FencingToken);
            }
        }
    }

    [Fact]
    public async Task Of_many_who_do_not_wait_exactly_one_is_granted()
    {
        var name = NewName("db");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AcquireAsync(name, $"worker-{i}")));

        Assert.Single(answers, answer => answer.Granted);
    }

    [Fact]
    public async Task Of_renewal_and_release_that_race_the_lock_ends_free()
    {
        for (var round = 0; round < 20; round++)
        {
            var name = NewName("db");
            var held = await AcquireAsync(name, "one");

            var renewal = Soon(RenewAsync(name, "one", held));
            await Fabric.Locks.ReleaseAsync(name, "one", held.FencingToken);

            try
            {
                Assert.Equal(held.FencingToken, (await renewal).FencingToken);
            }
            catch (FaultException e)
            {
                Assert.Equal(ErrorCode.Conflict, e.Fault.Code);
            }

            Assert.Null((await Fabric.Locks.GetAsync(name)).Holder);
        }
    }

    [Fact]
    public async Task Waiter_that_goes_away_leaves_the_queue()
    {
        var name = NewName("db");
        await AcquireAsync(name, "one");
        using var gone = new CancellationTokenSource();
        var leaving = WaitAsync(name, "two", leave: gone.Token);
        await QueuedAsync(name, "two");
        var staying = WaitAsync(name, "three");
        await QueuedAsync(name, "two", "three");

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal(["three"], (await Fabric.Locks.GetAsync(name)).Waiters);
        await ReleaseAsync(name, "one");
        Assert.True((await staying).Granted);
    }

    [Fact]
    public async Task Waiter_that_goes_away_while_it_is_granted_the_lock_leaves_it_to_the_next()
    {
        for (var round = 0; round < 20; round++)
        {
            var name = NewName("db");
            var held = await AcquireAsync(name, "one");
            using var gone = new CancellationTokenSource();
            var leaving = WaitAsync(name, "two", leave: gone.Token);
            await QueuedAsync(name, "two");
            var staying = WaitAsync(name, "three");
            await QueuedAsync(name, "two", "three");

            var release = Task.Run(() => Fabric.Locks.ReleaseAsync(name, "one", held.FencingToken).AsTask());
            await gone.CancelAsync();
            await release;

            try
            {
                // It came before it could leave: the lock is its own.
                await Fabric.Locks.ReleaseAsync(name, "two", (await leaving).FencingToken);
            }
            catch (OperationCanceledException)
            {
                Assert.NotEqual("two", (await Fabric.Locks.GetAsync(name)).Holder);
            }

            Assert.True((await staying).Granted);
        }
    }

    [Fact]
    public async Task Held_lock_stays_held_over_a_restart_for_the_rest_of_its_lease()
    {
        var name = NewName("db");
        var held = await AcquireAsync(name, "one", instance: "a");
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(10));

        await RestartAsync();

        var record = await Fabric.Locks.GetAsync(name);
        Assert.Equal(
            ("one", "a", held.FencingToken, held.ExpiresAt), (record.Holder, record.Instance, record.FencingToken, record.ExpiresAt));
        Assert.False((await AcquireAsync(name, "two")).Granted);
        Assert.Equal(held.FencingToken, (await RenewAsync(name, "one", held)).FencingToken);
        await Fixture.AdvanceAsync(Lease);
        Assert.True((await AcquireAsync(name, "two")).FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task Tokens_grow_over_restarts_however_the_lock_was_given_back()
    {
        var name = NewName("db");
        var last = 0L;
        for (var round = 0; round < 4; round++)
        {
            var held = await AcquireAsync(name, $"worker-{round}");
            Assert.True(held.FencingToken > last);
            last = held.FencingToken;
            if (round % 2 == 0)
            {
                await Fabric.Locks.ReleaseAsync(name, $"worker-{round}", last);
            }
            else
            {
                await Fixture.AdvanceAsync(Lease);
            }

            await RestartAsync();
            Assert.False(await Fabric.Locks.CheckAsync(name, last));
            Assert.Equal(last, (await Fabric.Locks.GetAsync(name)).FencingToken);
        }
    }

    [Fact]
    public async Task Lease_that_ran_out_while_the_fabric_was_away_is_over_and_its_holder_is_told()
    {
        var (name, holder) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, holder, lease: TimeSpan.FromSeconds(5));
        await RestartAsync();
        var waiting = WaitAsync(name, "two");
        await QueuedAsync(name, "two");

        Assert.True((await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1))).FencingToken > held.FencingToken);

        Assert.Equal("expired", (string?)(await ToldAsync(holder, "lock_response", name))["reason"]);
    }
}
