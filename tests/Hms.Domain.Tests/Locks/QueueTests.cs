using Hms.Domain.Locks;
using Hms.Protocol;

namespace Hms.Domain.Tests.Locks;

public sealed class QueueTests
{
    private const long Ticket = 10_000;
    private readonly LockRig _rig = new();

    [Fact]
    public void Who_came_first_is_served_first()
    {
        var token = _rig.Acquire("a").FencingToken;
        Assert.Equal(1, _rig.Wait(1, "b").QueuePosition);
        Assert.Equal(2, _rig.Wait(2, "c").QueuePosition);
        Assert.Equal(2, _rig.Wait(2, "c").QueuePosition);
        _rig.Release("a", token);
        Assert.Equal([1UL], _rig.Signals);
        Assert.False(_rig.Wait(2, "c").Granted);
        Assert.True(_rig.Wait(1, "b").Granted);
        _rig.Release("b", token + 1);
        Assert.Equal(token + 2, _rig.Wait(2, "c").FencingToken);
    }

    [Fact]
    public void Nobody_passes_those_who_wait_by_asking_at_the_right_moment()
    {
        _rig.Acquire("a", leaseMs: 1_000);
        _rig.Wait(1, "b");
        _rig.Now += 1_000;
        var answer = _rig.Acquire("c");
        Assert.Equal((false, "b"), (answer.Granted, answer.Holder));
    }

    [Fact]
    public void A_ticket_that_is_not_renewed_for_10_s_leaves_the_queue_and_one_that_is_stays()
    {
        _rig.Acquire("a");
        _rig.Wait(1, "b");
        _rig.Wait(2, "c");
        _rig.Now += Ticket - 1;
        _rig.Wait(2, "c");
        Assert.Equal(["b", "c"], _rig.Record.Waiters);
        _rig.WakeWhenWanted();
        Assert.Equal(LockRig.Start + Ticket, _rig.Now);
        Assert.Equal(["c"], _rig.Record.Waiters);
        _rig.Now += Ticket - 2;
        Assert.Equal(["c"], _rig.Record.Waiters);
        _rig.Now += 1;
        Assert.Empty(_rig.Record.Waiters);
    }

    [Fact]
    public void Who_was_forgotten_comes_back_to_its_place()
    {
        _rig.Acquire("a");
        _rig.Wait(1, "b");
        _rig.Now += 1;
        _rig.Wait(2, "c");
        _rig.Restart();
        Assert.Empty(_rig.Record.Waiters);
        Assert.Equal(1, _rig.Wait(2, "c").QueuePosition);
        _rig.Now += 1;
        Assert.Equal(1, _rig.Wait(1, "b").QueuePosition);
        Assert.Equal(3, _rig.Wait(3, "d").QueuePosition);
        Assert.Equal(["b", "c", "d"], _rig.Record.Waiters);
    }

    [Fact]
    public void What_was_granted_and_not_fetched_goes_to_the_next()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b");
        _rig.Wait(2, "c");
        _rig.Release("a", token);
        for (var i = 0; i < 3; i++)
        {
            _rig.Now += 3_000;
            _rig.Wait(2, "c");
        }

        Assert.Equal("b", _rig.Record.Holder);
        Assert.False(_rig.State.IsQuiescent);
        _rig.Now += 1_000;
        Assert.Equal("c", _rig.Wait(2, "c") is { Granted: true, FencingToken: 3 } ? _rig.Record.Holder : null);
    }

    [Fact]
    public void What_was_fetched_is_kept_for_its_lease_from_the_grant()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b", leaseMs: 20_000);
        _rig.Release("a", token);
        _rig.Now += 5_000;
        var fetched = _rig.Wait(1, "b", leaseMs: 20_000);
        Assert.Equal((true, false, LockRig.Start + 20_000), (fetched.Granted, fetched.Renewed, fetched.ExpiresAt!.Value.ToUnixTimeMilliseconds()));
        _rig.Now += 14_999;
        Assert.Equal("b", _rig.Record.Holder);
        _rig.Now += 1;
        Assert.Null(_rig.Record.Holder);
    }

    [Fact]
    public void What_was_granted_and_not_fetched_stays_where_the_holder_renews_it()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b");
        _rig.Release("a", token);
        _rig.Ask<LockReply.Answer>(new LockCommand.Renew("b", token + 1, 60_000));
        _rig.Now += Ticket;
        Assert.Equal("b", _rig.Record.Holder);
    }

    [Fact]
    public void A_caller_that_leaves_gives_up_its_place_and_what_it_did_not_fetch_and_nothing_else()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b");
        _rig.Wait(2, "c");
        _rig.Wait(3, "d");
        _rig.Leave(2);
        Assert.Equal(["b", "d"], _rig.Record.Waiters);
        _rig.Release("a", token);
        _rig.Leave(1);
        Assert.Equal("d", _rig.Record.Holder);
        _rig.Wait(3, "d");
        _rig.Leave(3);
        _rig.Leave(99);
        Assert.Equal("d", _rig.Record.Holder);
    }

    [Fact]
    public void All_waiters_of_one_instance_are_granted_at_once_with_one_token()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b", instance: "p");
        _rig.Wait(2, "c");
        _rig.Wait(3, "b", instance: "p");
        _rig.Wait(4, "b", instance: "q");
        _rig.Release("a", token);
        Assert.Equal([1UL, 3], _rig.Signals.Order().ToArray());
        Assert.Equal(["c", "b"], _rig.Record.Waiters);
        var first = _rig.Wait(1, "b", instance: "p");
        var second = _rig.Wait(3, "b", instance: "p");
        Assert.Equal((first.FencingToken, true), (second.FencingToken, second.Renewed));
        Assert.Equal(token + 1, first.FencingToken);
    }

    [Fact]
    public void More_waiters_than_there_may_be_are_refused_and_one_that_renews_is_not()
    {
        var rig = new LockRig(new LockLimits { WaitersMax = 2 });
        rig.Acquire("a");
        rig.Wait(1, "b");
        rig.Wait(2, "c");
        rig.Refused(new LockCommand.Acquire(new("d", 1_000), 0) { Ticket = 3 }, ErrorCode.RateLimited);
        Assert.Equal(ErrorCode.RateLimited, rig.Request("d", "m1", waitMs: 1_000).Fault?.Code);
        Assert.Equal(2, rig.Wait(2, "c").QueuePosition);
        rig.Leave(1);
        Assert.Equal(2, rig.Wait(3, "d").QueuePosition);
    }
}
