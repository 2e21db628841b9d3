using Hms.Protocol;

namespace Hms.Conformance;

/// <content>What the session of a holder, or of one that waits, has to do with it.</content>
public abstract partial class LockConformance
{
    [Fact]
    public async Task Holder_whose_lease_ran_out_is_told()
    {
        var (name, holder) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, holder, lease: TimeSpan.FromSeconds(5));

        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(5));

        var told = await ToldAsync(holder, "lock_response", name);
        Assert.Equal((name, false, "expired"), ((string?)told["lock_id"], (bool?)told["granted"], (string?)told["reason"]));
        Assert.Equal(held.FencingToken, (long?)told["fencing_token"]);
    }

    [Fact]
    public async Task Holder_that_gives_it_back_is_told_nothing()
    {
        var (name, holder) = (NewName("db"), await RegisteredAsync());
        var first = await AcquireAsync(name, holder);
        await Fabric.Locks.ReleaseAsync(name, holder, first.FencingToken);
        var second = await AcquireAsync(name, holder, lease: TimeSpan.FromSeconds(1));

        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));

        // What a lock says arrives in its order, so that of the release would have come before.
        Assert.Equal(second.FencingToken, (long?)(await ToldAsync(holder, "lock_response", name))["fencing_token"]);
    }

    [Fact]
    public async Task Owner_that_is_not_registered_has_a_lease_and_no_session()
    {
        var (name, owner) = (NewName("db"), NewName("script"));
        var held = await AcquireAsync(name, owner, lease: TimeSpan.FromHours(1));

        await Fixture.AdvanceAsync(TimeSpan.FromMinutes(59));
        await RestartAsync();
        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
        await Fixture.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.False(await Fabric.Locks.CheckAsync(name, held.FencingToken));
        Assert.True((await AcquireAsync(name, owner)).FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task Death_of_the_holder_hands_the_lock_to_the_first_waiter_long_before_its_lease_ends()
    {
        var (name, mortal, heir) = (NewName("db"), await MortalAsync(), await RegisteredAsync());
        var held = await AcquireAsync(name, mortal, lease: TimeSpan.FromHours(1));
        var waiting = WaitAsync(name, heir);
        await QueuedAsync(name, heir);

        var granted = await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1));

        Assert.True(granted.FencingToken > held.FencingToken);
        Assert.Equal("supervisor_status_request", Text(await NextAsync(mortal), "message_type"));
        var told = await ToldAsync(mortal, "lock_response", name);
        Assert.Equal((false, "expired", "session"), ((bool?)told["granted"], (string?)told["reason"], (string?)told["cause"]));
    }

    [Fact]
    public async Task Deregistration_of_the_holder_releases_its_locks()
    {
        var (one, other, holder) = (NewName("db"), NewName("db"), await RegisteredAsync());
        await AcquireAsync(one, holder);
        await AcquireAsync(other, holder);
        var waiting = WaitAsync(other, "two");
        await QueuedAsync(other, "two");

        await Fabric.Supervisors.DeregisterAsync(holder);

        Assert.True((await waiting).Granted);
        await HeldByAsync(one, null);
    }

    [Fact]
    public async Task Restart_of_the_holder_releases_its_locks_and_tells_it()
    {
        var (name, holder) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, holder);

        await Fabric.Supervisors.RegisterAsync(holder, new Registration("test") { Restart = true });

        await HeldByAsync(name, null);
        var told = await ToldAsync(holder, "lock_response", name);
        Assert.Equal((held.FencingToken, "expired", "session"), ((long?)told["fencing_token"], (string?)told["reason"], (string?)told["cause"]));
        Assert.True((await AcquireAsync(name, holder)).FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task Registering_again_while_alive_keeps_the_lock()
    {
        var (name, holder) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, holder);

        await Fabric.Supervisors.RegisterAsync(holder, new Registration("other"));

        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
        Assert.Equal(held.FencingToken, (await RenewAsync(name, holder, held)).FencingToken);
    }

    [Fact]
    public async Task Waiter_whose_session_ends_leaves_the_queue_and_is_never_granted_the_lock()
    {
        var (name, mortal) = (NewName("db"), await MortalAsync());
        await AcquireAsync(name, "one", lease: TimeSpan.FromHours(1));
        var dying = WaitAsync(name, mortal);
        await QueuedAsync(name, mortal);
        var heir = WaitAsync(name, "three");
        await QueuedAsync(name, mortal, "three");

        await DieAsync(mortal);
        await ReleaseAsync(name, "one");

        Assert.True((await heir).Granted);
        await RefusedAsync(ErrorCode.Conflict, () => AdvanceUntilAsync(dying, TimeSpan.FromSeconds(1)));
        Assert.Empty((await Fabric.Locks.GetAsync(name)).Waiters);
    }

    [Fact]
    public async Task Who_is_dead_gets_no_lock_until_it_registers_again()
    {
        var (name, mortal) = (NewName("db"), await MortalAsync());
        await DieAsync(mortal);

        await RefusedAsync(ErrorCode.Conflict, () => AcquireAsync(name, mortal));
        await RefusedAsync(ErrorCode.Conflict, () => WaitAsync(name, mortal));
        await Fabric.Supervisors.RegisterAsync(mortal, new Registration("test"));

        Assert.True((await AcquireAsync(name, mortal)).Granted);
    }

    [Fact]
    public async Task Lock_delay_keeps_the_lock_closed_after_a_lost_session_also_over_a_restart()
    {
        var (name, mortal) = (NewName("db"), await MortalAsync());
        var held = await AcquireAsync(name, mortal, delay: TimeSpan.FromSeconds(20));
        await DieAsync(mortal);

        var closed = await HeldByAsync(name, null);
        Assert.NotNull(closed.ClosedUntil);
        Assert.Equal(JsonText.Timestamp(closed.ClosedUntil.Value), (string?)Json(closed.WriteTo)["closed_until"]);
        var refused = await AcquireAsync(name, "two");
        Assert.Equal((false, null, 1), (refused.Granted, refused.Holder, refused.QueuePosition));
        await RestartAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(19));
        Assert.False((await AcquireAsync(name, "two")).Granted);
        var waiting = WaitAsync(name, "three");
        await QueuedAsync(name, "three");

        var granted = await AdvanceUntilAsync(waiting, TimeSpan.FromMilliseconds(500));

        Assert.True(granted.Granted);
        Assert.True(granted.FencingToken > held.FencingToken);
        Assert.Null((await Fabric.Locks.GetAsync(name)).ClosedUntil);
    }

    [Fact]
    public async Task Lock_delay_has_no_meaning_where_the_lock_was_given_back_or_its_lease_ran_out()
    {
        var (name, holder) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, holder, delay: TimeSpan.FromHours(1));
        await Fabric.Locks.ReleaseAsync(name, holder, held.FencingToken);
        Assert.True((await AcquireAsync(name, holder, lease: TimeSpan.FromSeconds(5), delay: TimeSpan.FromHours(1))).Granted);

        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(5));

        Assert.True((await AcquireAsync(name, "two")).Granted);
    }

    [Fact]
    public async Task Session_of_the_holder_is_watched_also_after_a_restart()
    {
        var (name, mortal) = (NewName("db"), await MortalAsync());
        var held = await AcquireAsync(name, mortal, lease: TimeSpan.FromHours(1));

        await RestartAsync();

        // It has a full interval anew.
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(3_500));
        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
        await AdvanceUntilAsync(
            async () => await Fabric.Locks.GetAsync(name), record => record.Holder is null, TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task One_that_beats_keeps_its_lock()
    {
        var (name, mortal) = (NewName("db"), await MortalAsync());
        var held = await AcquireAsync(name, mortal, lease: TimeSpan.FromHours(1));

        for (var beat = 0; beat < 10; beat++)
        {
            await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            await Fabric.Supervisors.HeartbeatAsync(mortal, new Heartbeat());
        }

        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
    }
}
