using Hms.Domain.Entities;
using Hms.Domain.Locks;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Locks;

public sealed class SessionTests
{
    private readonly LockRig _rig = new();

    [Fact]
    public void A_holder_with_a_session_is_attached_to_it_once_and_one_without_is_not()
    {
        var token = _rig.Acquire("a", session: 3).FencingToken;
        Assert.Equal([new OutboxMessage.Attach("a", 3, EntityKey.Lock("db"))], _rig.Sent);
        _rig.Release("a", token);
        token = _rig.Acquire("a", session: 3).FencingToken;
        Assert.Empty(_rig.Sent);
        _rig.Release("a", token);
        _rig.Acquire("stranger");
        Assert.Empty(_rig.Sent);
    }

    [Fact]
    public void The_end_of_its_session_takes_the_lock_from_the_holder_and_tells_it()
    {
        var token = _rig.Acquire("a", session: 3).FencingToken;
        _rig.EndSession("a", 2);
        _rig.EndSession("b", 9);
        Assert.True(_rig.IsCurrent(token));
        _rig.EndSession("a", 3);
        var told = Assert.Single(_rig.Posts);
        Assert.Equal(("a", "expired", "session", token), (told.To, told.Text("reason"), told.Text("cause"), told.Number("fencing_token")));
        Assert.False(_rig.IsCurrent(token));
        _rig.EndSession("a", 3);
        Assert.Empty(_rig.Sent);
        Assert.True(_rig.Acquire("b").Granted);
    }

    /// <summary>It was shown alive a moment before its end, of which it was told while it held nothing.</summary>
    [Fact]
    public void A_session_whose_end_was_told_is_attached_to_again_where_it_is_relied_on()
    {
        _rig.Release("a", _rig.Acquire("a", session: 3).FencingToken);
        _rig.EndSession("a", 3);
        _rig.Acquire("a", session: 3);
        Assert.Equal([new OutboxMessage.Attach("a", 3, EntityKey.Lock("db"))], _rig.Sent);
    }

    [Fact]
    public void A_lock_without_a_session_is_not_lost_by_the_end_of_one()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.EndSession("a", 99);
        Assert.True(_rig.IsCurrent(token));
    }

    [Fact]
    public void Who_registers_while_it_holds_the_lock_holds_it_in_its_session_from_the_next_time_it_asks()
    {
        var token = _rig.Acquire("a").FencingToken;
        Assert.Equal(token, _rig.Acquire("a", session: 1).FencingToken);
        Assert.Equal([new OutboxMessage.Attach("a", 1, EntityKey.Lock("db"))], _rig.Sent);
        _rig.Restart();
        _rig.EndSession("a", 1);
        Assert.False(_rig.IsCurrent(token));
    }

    [Fact]
    public void Asking_in_a_new_session_loses_what_was_held_in_the_one_before()
    {
        var token = _rig.Acquire("a", session: 3).FencingToken;
        Assert.Equal(token + 1, _rig.Acquire("a", session: 4).FencingToken);
        Assert.False(_rig.IsCurrent(token));
    }

    [Fact]
    public void The_delay_follows_a_lost_session_and_nothing_else()
    {
        var token = _rig.Acquire("a", session: 1, delayMs: 5_000).FencingToken;
        _rig.Release("a", token);
        Assert.True(_rig.Acquire("b", leaseMs: 100, delayMs: 5_000).Granted);
        _rig.Now += 100;
        Assert.True(_rig.Acquire("a", session: 1, delayMs: 5_000).Granted);
        _rig.EndSession("a", 1);
        Assert.Equal(_rig.Now + 5_000, _rig.Record.ClosedUntil?.ToUnixTimeMilliseconds());
        Assert.Equal((false, null), (_rig.Acquire("b").Granted, _rig.Acquire("b").Holder));
        Assert.False(_rig.Wait(1, "b").Granted);
        _rig.Restart();
        Assert.False(_rig.Wait(1, "b").Granted);
        Assert.Equal(_rig.Now + 5_000, _rig.State.NextWake?.ToUnixTimeMilliseconds());
        _rig.WakeWhenWanted();
        Assert.Equal("b", _rig.Record.Holder);
        Assert.Null(_rig.Record.ClosedUntil);
    }

    [Fact]
    public void A_delay_that_is_over_is_not_shown_any_more()
    {
        _rig.Acquire("a", session: 1, delayMs: 5_000);
        _rig.EndSession("a", 1);
        _rig.Now += 5_000;
        Assert.Null(_rig.Record.ClosedUntil);
    }

    [Fact]
    public void A_grant_waits_for_a_look_at_the_session_of_who_is_first()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b", session: 2);
        Assert.Equal(new SessionView("b", 2, true), _rig.State.Heir);
        _rig.Release("a", token);
        Assert.Contains(LockState.OfferSignal, _rig.Signals);
        Assert.Null(_rig.Record.Holder);
        Assert.False(_rig.State.IsQuiescent);
        _rig.Look(null);
        Assert.Contains(LockState.OfferSignal, _rig.Signals);
        Assert.Null(_rig.Record.Holder);
        _rig.Look(new SessionView("b", 2, true));
        Assert.Equal("b", _rig.Record.Holder);
    }

    [Fact]
    public void Who_looked_beforehand_passes_the_lock_on_in_the_decision_that_frees_it()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b", session: 2);
        _rig.Release("a", token, head: new SessionView("b", 2, true));
        Assert.DoesNotContain(LockState.OfferSignal, _rig.Signals);
        Assert.Equal("b", _rig.Record.Holder);
    }

    [Fact]
    public void A_dead_session_and_a_later_one_pass_the_lock_to_the_next()
    {
        foreach (var over in new[] { new SessionView("b", 2, false), new SessionView("b", 3, true), new SessionView("b", 3, false) })
        {
            var rig = new LockRig();
            var token = rig.Acquire("a").FencingToken;
            rig.Wait(1, "b", session: 2);
            rig.Wait(2, "c");
            rig.Release("a", token, head: over);
            Assert.Equal([1UL, 2], rig.Signals.Order().ToArray());
            Assert.Equal(("c", token + 1), (rig.Record.Holder, rig.Record.FencingToken));
        }
    }

    [Fact]
    public void What_was_seen_of_another_supervisor_or_of_an_earlier_session_is_looked_at_again()
    {
        foreach (var other in new[] { new SessionView("c", 2, true), new SessionView("c", 2, false), new SessionView("b", 1, true), new SessionView("b", 1, false) })
        {
            var rig = new LockRig();
            var token = rig.Acquire("a").FencingToken;
            rig.Wait(1, "b", session: 2);
            rig.Release("a", token, head: other);
            Assert.Equal([LockState.OfferSignal], rig.Signals);
            Assert.Equal((null, "b"), (rig.Record.Holder, Assert.Single(rig.Record.Waiters)));
        }
    }

    [Fact]
    public void A_late_request_of_an_earlier_session_does_not_drive_out_who_waits_in_the_later_one()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b", session: 5);
        _rig.Release("a", token);
        _rig.Acquire("b", session: 4, instance: "other");
        Assert.Equal(["b"], _rig.Record.Waiters);
        Assert.Null(_rig.Record.Holder);
    }

    [Fact]
    public void An_offer_is_withdrawn_where_nobody_waits_any_more_and_the_next_to_ask_has_the_lock()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b", session: 2);
        _rig.Release("a", token);
        Assert.False(_rig.Acquire("c").Granted);
        _rig.Leave(1);
        Assert.True(_rig.Acquire("c").Granted);
    }

    [Fact]
    public void The_end_of_a_session_takes_its_waiters_out_of_the_queue_by_number()
    {
        _rig.Acquire("a");
        _rig.Wait(1, "b", session: 2);
        _rig.Wait(2, "c", session: 2);
        _rig.Wait(3, "b");
        _rig.EndSession("b", 1);
        Assert.Equal(["b", "c", "b"], _rig.Record.Waiters);
        _rig.EndSession("b", 2);
        Assert.Equal([1UL], _rig.Signals);
        Assert.Equal(["c", "b"], _rig.Record.Waiters);
    }

    [Fact]
    public void Ties_are_given_up_a_minute_after_their_last_use_and_not_while_they_are_needed()
    {
        var token = _rig.Acquire("a", session: 3, leaseMs: 600_000).FencingToken;
        _rig.Now += 300_000;
        Assert.True(_rig.IsCurrent(token));
        Assert.Empty(_rig.Sent);
        _rig.Restart();
        _rig.Release("a", token);
        _rig.Now += 59_999;
        _rig.Look(null);
        Assert.Empty(_rig.Sent);
        _rig.WakeWhenWanted();
        Assert.Equal([new OutboxMessage.Detach("a", EntityKey.Lock("db"))], _rig.Sent);
        Assert.Null(_rig.State.NextWake);

        // What was given up is taken up again, after it was given up.
        Assert.True(_rig.Acquire("a", session: 3).Granted);
        Assert.Equal([new OutboxMessage.Attach("a", 3, EntityKey.Lock("db"))], _rig.Sent);
    }

    [Fact]
    public void A_tie_is_given_up_before_it_is_taken_up_again_in_one_decision()
    {
        var token = _rig.Acquire("a", session: 3).FencingToken;
        _rig.Release("a", token);
        _rig.Now += 60_000;
        _rig.Acquire("a", session: 3);
        Assert.Equal([new OutboxMessage.Detach("a", EntityKey.Lock("db")), new OutboxMessage.Attach("a", 3, EntityKey.Lock("db"))], _rig.Sent);
    }

    [Fact]
    public void Who_was_told_something_is_bidden_farewell()
    {
        _rig.Acquire("a", session: 3);
        _rig.EndSession("a", 3);
        Assert.IsType<OutboxMessage.Post>(Assert.Single(_rig.Sent));
        _rig.WakeWhenWanted();
        Assert.Equal([new OutboxMessage.Farewell("a")], _rig.Sent);
        _rig.Restart();
        Assert.Null(_rig.State.NextWake);
    }

    [Fact]
    public void Ties_of_a_state_that_is_read_from_the_store_time_and_again_are_given_up_all_the_same()
    {
        var token = _rig.Acquire("a", session: 3).FencingToken;
        _rig.Release("a", token);
        for (var i = 0; i < 3; i++)
        {
            _rig.Restart();
            _rig.Now += 30_000;
            _rig.Look(null);
        }

        Assert.Equal(LockRig.Start + 90_000, _rig.Now);
        _rig.Restart();
        Assert.Null(_rig.State.DurableWake);
    }

    [Fact]
    public void Many_ties_are_not_looked_at_for_each_by_itself()
    {
        for (var i = 0; i < 200; i++)
        {
            _rig.Release($"s{i}", _rig.Acquire($"s{i}", session: 1).FencingToken);
            _rig.Now += 100;
        }

        var wakes = 0;
        while (_rig.State.NextWake is not null)
        {
            _rig.WakeWhenWanted();
            wakes++;
        }

        Assert.True(wakes < 8, $"woken {wakes} times");
    }
}
