using Hms.Domain.Locks;
using Hms.Protocol;

namespace Hms.Domain.Tests.Locks;

public sealed class HoldingTests
{
    private readonly LockRig _rig = new();

    [Fact]
    public void A_free_lock_is_granted_with_a_token_and_the_time_at_which_the_lease_ends()
    {
        var answer = _rig.Acquire("a", leaseMs: 1_000);
        Assert.Equal((true, 1L, LockRig.Start + 1_000), (answer.Granted, answer.FencingToken, answer.ExpiresAt!.Value.ToUnixTimeMilliseconds()));
        Assert.False(answer.Renewed);
        Assert.Equal(("a", 1L), (_rig.Record.Holder, _rig.Record.FencingToken));
    }

    [Fact]
    public void A_held_lock_is_not_granted_and_names_its_holder_and_the_place_in_the_queue()
    {
        _rig.Acquire("a");
        _rig.Wait(9, "b");
        var answer = _rig.Acquire("c");
        Assert.Equal((false, "a", 2, 0L), (answer.Granted, answer.Holder, answer.QueuePosition, answer.FencingToken));
        Assert.Equal(["b"], _rig.Record.Waiters);
    }

    [Fact]
    public void The_same_instance_asking_again_renews_with_the_same_token_and_another_instance_does_not()
    {
        var first = _rig.Acquire("a", leaseMs: 1_000, instance: "p1");
        _rig.Now += 500;
        var again = _rig.Acquire("a", leaseMs: 1_000, instance: "p1");
        Assert.Equal((first.FencingToken, true, LockRig.Start + 1_500), (again.FencingToken, again.Renewed, again.ExpiresAt!.Value.ToUnixTimeMilliseconds()));
        Assert.False(_rig.Acquire("a", instance: "p2").Granted);
        Assert.False(_rig.Acquire("a").Granted);
    }

    [Fact]
    public void Tokens_grow_with_each_grant_and_never_fall_over_restarts()
    {
        var last = 0L;
        for (var i = 0; i < 10; i++)
        {
            var token = _rig.Acquire("a").FencingToken;
            Assert.True(token > last, $"{token} after {last}");
            last = token;
            _rig.Restart();
            Assert.Equal(last, _rig.Record.FencingToken);
            _rig.Release("a", token);
            _rig.Restart();
            Assert.Equal(last, _rig.Record.FencingToken);
        }
    }

    [Fact]
    public void A_lease_ends_at_its_time_and_not_before_and_over_a_restart_too()
    {
        var token = _rig.Acquire("a", leaseMs: 1_000).FencingToken;
        _rig.Restart();
        _rig.Now += 999;
        Assert.True(_rig.IsCurrent(token));
        Assert.Equal(LockRig.Start + 1_000, _rig.State.DurableWake?.ToUnixTimeMilliseconds());
        _rig.Now += 1;
        Assert.False(_rig.IsCurrent(token));
        Assert.Null(_rig.Record.Holder);
        Assert.Equal(2, _rig.Acquire("b").FencingToken);
    }

    [Fact]
    public void Renewing_gives_another_lease_from_now_on()
    {
        var token = _rig.Acquire("a", leaseMs: 1_000).FencingToken;
        _rig.Now += 900;
        var renewed = _rig.Ask<LockReply.Answer>(new LockCommand.Renew("a", token, 1_000)).Value;
        Assert.Equal((true, true, token), (renewed.Granted, renewed.Renewed, renewed.FencingToken));
        _rig.Restart();
        _rig.Now += 999;
        Assert.True(_rig.IsCurrent(token));
    }

    [Fact]
    public void A_stale_token_and_a_wrong_owner_are_conflicts_that_show_the_record()
    {
        var stale = _rig.Acquire("a", leaseMs: 1_000).FencingToken;
        _rig.Now += 1_000;
        var token = _rig.Acquire("b").FencingToken;
        foreach (var command in (LockCommand[])
            [new LockCommand.Renew("a", stale, 1_000), new LockCommand.Release("a", stale), new LockCommand.Release("a", token),
             new LockCommand.Renew("b", stale, 1_000), new LockCommand.Renew("a", token, 1_000)])
        {
            var record = _rig.Conflict(command);
            Assert.Equal(("db", "b", token), (
                record.GetProperty("lock_id").GetString(), record.GetProperty("holder").GetString(), record.GetProperty("fencing_token").GetInt64()));
        }

        Assert.True(_rig.IsCurrent(token));
    }

    [Fact]
    public void A_lock_that_was_released_is_not_released_again()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Release("a", token);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, _rig.Conflict(new LockCommand.Release("a", token)).GetProperty("holder").ValueKind);
    }

    [Fact]
    public void A_lock_is_not_given_back_where_it_was_renewed_in_the_meantime()
    {
        var answer = _rig.Acquire("a", leaseMs: 1_000);
        _rig.Now += 10;
        var until = answer.ExpiresAt!.Value.ToUnixTimeMilliseconds();
        _rig.Acquire("a", leaseMs: 1_000);
        _rig.Ask<LockReply.Done>(new LockCommand.Release("a", answer.FencingToken) { UnlessRenewed = until });
        Assert.True(_rig.IsCurrent(answer.FencingToken));
        _rig.Ask<LockReply.Done>(new LockCommand.Release("a", answer.FencingToken) { UnlessRenewed = until + 10 });
        Assert.False(_rig.IsCurrent(answer.FencingToken));
    }

    [Fact]
    public void A_lock_that_nobody_ever_asked_for_is_not_found()
    {
        foreach (var command in (LockCommand[])
            [new LockCommand.Describe(), new LockCommand.Check(1), new LockCommand.Renew("a", 1, 1), new LockCommand.Release("a", 1)])
        {
            _rig.Refused(command, ErrorCode.DestinationNotFound);
        }

        Assert.False(_rig.State.IsKnown);
        Assert.True(_rig.State.Changes.IsEmpty);
        Assert.Null(_rig.State.NextWake);
    }

    [Fact]
    public void What_is_not_committed_is_undone_by_a_crash_and_its_token_was_never_told()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Commit();
        _rig.Release("a", token);
        _rig.Acquire("b");
        _rig.Crash();
        Assert.Equal(("a", token), (_rig.Record.Holder, _rig.Record.FencingToken));
    }

    [Fact]
    public void A_holder_whose_lease_ran_out_is_told_where_it_has_a_mailbox()
    {
        _rig.Acquire("a", leaseMs: 1_000, session: 3);
        _rig.Now += 1_000;
        _rig.WakeWhenWanted();
        var told = Assert.Single(_rig.Posts);
        Assert.Equal(("a", "lock_response", "meta_supervisor", "db", "expired", false, 1L), (
            told.To, told.Type, told.Source, told.Correlation, told.Text("reason"), told.Flag("granted"), told.Number("fencing_token")));

        _rig.Acquire("stranger", leaseMs: 1_000);
        _rig.Now += 1_000;
        _rig.Look(null);
        Assert.Empty(_rig.Posts);
    }

    [Fact]
    public void No_two_notices_have_one_id_over_restarts()
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            _rig.Acquire("a", leaseMs: 1_000, session: 3);
            _rig.Restart();
            _rig.Now += 1_000;
            _rig.Look(null);
            Assert.True(ids.Add(Assert.Single(_rig.Posts).Id));
            _rig.Restart();
        }
    }
}
