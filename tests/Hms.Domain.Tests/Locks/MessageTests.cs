using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Domain.Locks;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Locks;

/// <summary>What is asked by message, and answered by one.</summary>
public sealed class MessageTests
{
    private static readonly SessionView B = new("b", 1, true);
    private readonly LockRig _rig = new();

    [Fact]
    public void A_request_is_answered_into_the_mailbox_of_who_asks()
    {
        _rig.Request("b", "m1");
        var answer = Assert.Single(_rig.Posts);
        Assert.Equal(("b", "lock_response", "c-m1", "c-m1", "db", true, 1L), (
            answer.To, answer.Type, answer.Correlation, answer.Answers, answer.Text("lock_id"), answer.Flag("granted"), answer.Number("fencing_token")));
        Assert.Equal("high", answer.Message.GetProperty("priority").GetString());
        Assert.Equal(JsonText.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(LockRig.Start + 30_000)), answer.Text("expires_at"));
    }

    [Fact]
    public void A_request_that_does_not_wait_is_told_who_holds_the_lock()
    {
        _rig.Acquire("a");
        _rig.Request("b", "m1");
        var answer = Assert.Single(_rig.Posts);
        Assert.Equal((false, "a", 1L), (answer.Flag("granted"), answer.Text("holder"), answer.Number("queue_position")));
        Assert.Empty(_rig.Record.Waiters);
    }

    [Fact]
    public void Renewal_and_release_by_message_are_answered()
    {
        _rig.Request("b", "m1");
        _rig.Decide(new LockCommand.Renew("b", 1, 90_000) { By = LockRig.Message("b", "m2") });
        var renewed = Assert.Single(_rig.Posts);
        Assert.Equal((true, 1L), (renewed.Flag("granted"), renewed.Number("fencing_token")));
        _rig.Decide(new LockCommand.Release("b", 1) { By = LockRig.Message("b", "m3") });
        Assert.True(Assert.Single(_rig.Posts).Flag("released"));
        Assert.Equal(3, new[] { "m1", "m2", "m3" }.Select(id => LockRig.Message("b", id).Stamp.Id).Distinct().Count());
    }

    [Fact]
    public void A_repetition_has_no_second_effect_and_another_body_is_a_conflict()
    {
        _rig.Request("b", "m1");
        _rig.Decide(new LockCommand.Release("b", 1) { By = LockRig.Message("b", "m2") });
        _rig.Restart();
        Assert.IsType<LockReply.Repeated>(_rig.Request("b", "m1").Reply);
        Assert.Empty(_rig.Sent);
        Assert.Null(_rig.Record.Holder);
        Assert.IsType<LockReply.Repeated>(_rig.Decide(new LockCommand.Release("b", 1) { By = LockRig.Message("b", "m2") }).Reply);
        _rig.Refused(new LockCommand.Release("b", 1) { By = LockRig.Message("b", "m2", body: 2) }, ErrorCode.Conflict);
    }

    [Fact]
    public void An_id_is_known_for_ten_minutes()
    {
        _rig.Request("b", "m1", leaseMs: 1_000);
        _rig.Now += 599_999;
        Assert.IsType<LockReply.Repeated>(_rig.Request("b", "m1").Reply);
        _rig.Now += 1;
        Assert.IsType<LockReply.Answer>(_rig.Request("b", "m1").Reply);
    }

    [Fact]
    public void Ids_that_are_no_longer_known_leave_the_store()
    {
        for (var i = 0; i < 20; i++)
        {
            _rig.Request("b", $"m{i}");
        }

        _rig.Restart();
        Assert.Equal(2, Pages());
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<LockReply.Repeated>(_rig.Request("b", $"m{i}").Reply);
        }

        _rig.Now += 600_000;
        Assert.IsType<LockReply.Answer>(_rig.Request("b", "m0").Reply);
        _rig.Commit();
        Assert.Equal(0, Pages());

        int Pages() => _rig.Store.Rows.Count(row => row.Key.Kind == 's');
    }

    [Fact]
    public void The_oldest_ids_go_where_there_are_too_many()
    {
        var rig = new LockRig(new LockLimits { Common = new CoordinationLimits { DedupMax = 3 } });
        for (var i = 0; i < 10; i++)
        {
            rig.Request("b", $"m{i}");
            rig.Restart();
        }

        Assert.IsType<LockReply.Answer>(rig.Request("b", "m1").Reply);
        Assert.IsType<LockReply.Repeated>(rig.Request("b", "m9").Reply);
        Assert.IsType<LockReply.Repeated>(rig.Request("b", "m8").Reply);
        Assert.IsType<LockReply.Answer>(rig.Request("b", "m7").Reply);
    }

    [Fact]
    public void A_message_that_waits_is_answered_once_when_it_is_granted()
    {
        var token = _rig.Acquire("a").FencingToken;
        Assert.False(((LockReply.Answer)_rig.Request("b", "m1", waitMs: 60_000).Reply!).Value.Granted);
        Assert.Empty(_rig.Posts);
        _rig.Restart();
        Assert.Equal(["b"], _rig.Record.Waiters);
        _rig.Release("a", token, head: B);
        var answer = Assert.Single(_rig.Posts);
        Assert.Equal((true, token + 1), (answer.Flag("granted"), answer.Number("fencing_token")));
        _rig.Restart();
        Assert.IsType<LockReply.Repeated>(_rig.Request("b", "m1", waitMs: 60_000).Reply);
        Assert.Empty(_rig.Posts);
        Assert.Equal("b", _rig.Record.Holder);

        // Nobody fetches it: the message is the answer.
        _rig.Now += 29_000;
        Assert.Equal("b", _rig.Record.Holder);
    }

    [Fact]
    public void A_message_that_waited_in_vain_is_answered_once_also_after_a_crash()
    {
        _rig.Acquire("a", leaseMs: 600_000);
        _rig.Request("b", "m1", waitMs: 20_000);
        _rig.Commit();
        Assert.True(_rig.State.DurableWake?.ToUnixTimeMilliseconds() <= LockRig.Start + 20_000);
        _rig.Now += 20_000;
        _rig.Look(null);
        _rig.Crash();
        _rig.Look(null);
        var answer = Assert.Single(_rig.Posts);
        Assert.Equal((false, "timeout", "a", 1L), (answer.Flag("granted"), answer.Text("reason"), answer.Text("holder"), answer.Number("queue_position")));
        _rig.Restart();
        _rig.Look(null);
        Assert.Empty(_rig.Posts);
        Assert.Empty(_rig.Record.Waiters);
    }

    [Fact]
    public void A_crash_while_the_lock_is_offered_to_a_message_wants_to_be_woken_at_once()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Request("b", "m1", waitMs: 60_000);
        _rig.Release("a", token);
        Assert.Equal(DateTimeOffset.UnixEpoch, _rig.State.DurableWake);
        _rig.Restart();
        _rig.Look(null);
        Assert.Contains(LockState.OfferSignal, _rig.Signals);
        _rig.Look(B);
        Assert.True(Assert.Single(_rig.Posts).Flag("granted"));
    }

    [Fact]
    public void A_closed_lock_wakes_up_for_a_message_that_waits()
    {
        _rig.Acquire("a", session: 1, delayMs: 5_000);
        _rig.Request("b", "m1", waitMs: 60_000);
        _rig.EndSession("a", 1);
        Assert.Equal(LockRig.Start + 5_000, _rig.State.DurableWake?.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void Messages_keep_their_order_over_a_restart_also_where_they_came_at_one_moment()
    {
        _rig.Acquire("a");
        for (var i = 0; i < 30; i++)
        {
            _rig.Request($"w{i}", "m1", waitMs: 60_000);
        }

        var before = _rig.Record.Waiters;
        _rig.Restart();
        Assert.Equal(before, _rig.Record.Waiters);
    }

    [Fact]
    public void A_message_that_waits_leaves_the_queue_when_its_session_ends_and_is_answered()
    {
        _rig.Acquire("a");
        _rig.Request("b", "m1", waitMs: 60_000);
        Assert.Equal([new OutboxMessage.Attach("b", 1, EntityKey.Lock("db"))], _rig.Sent);
        _rig.Restart();
        _rig.EndSession("b", 1);
        var answer = Assert.Single(_rig.Posts);
        Assert.Equal((false, "session_ended"), (answer.Flag("granted"), answer.Text("reason")));
        Assert.Empty(_rig.Record.Waiters);
    }

    [Fact]
    public void A_message_is_not_served_where_its_session_is_over_at_the_moment_of_the_grant()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Request("b", "m1", waitMs: 60_000);
        _rig.Release("a", token, head: B with { IsAlive = false });
        Assert.False(Assert.Single(_rig.Posts).Flag("granted"));
        Assert.Null(_rig.Record.Holder);
    }

    [Fact]
    public void What_a_message_was_told_it_holds_is_not_taken_back_because_a_caller_of_the_same_instance_did_not_fetch_it()
    {
        var token = _rig.Acquire("a").FencingToken;
        _rig.Wait(1, "b", session: 1, leaseMs: 60_000);
        _rig.Request("b", "m1", waitMs: 60_000);
        _rig.Release("a", token, head: B);
        Assert.True(Assert.Single(_rig.Posts).Flag("granted"));
        _rig.Now += 30_000;
        Assert.True(_rig.IsCurrent(token + 1));
    }

    [Fact]
    public void A_message_whose_instance_holds_the_lock_already_renews()
    {
        _rig.Acquire("b", session: 1, leaseMs: 1_000);
        _rig.Request("b", "m1", waitMs: 60_000, leaseMs: 50_000);
        var answer = Assert.Single(_rig.Posts);
        Assert.Equal((true, 1L), (answer.Flag("granted"), answer.Number("fencing_token")));
        Assert.Equal(LockRig.Start + 50_000, _rig.Record.ExpiresAt?.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void A_waiter_of_the_longest_names_is_read_back()
    {
        var long256 = new string('n', 256);
        _rig.Acquire("a");
        var by = LockRig.Message(long256, "m1") with { CorrelationId = string.Concat(Enumerable.Repeat("😀", 256)), Answers = string.Concat(Enumerable.Repeat("😀", 256)) };
        _rig.Decide(new LockCommand.Acquire(new LockBid(long256, 1_000) { Instance = string.Concat(Enumerable.Repeat("日", 256)) }, 1) { By = by, WaitMs = 60_000 });
        _rig.Restart();
        _rig.EndSession(long256, 1);
        var answer = Assert.Single(_rig.Posts);
        Assert.Equal((by.CorrelationId, by.Answers), (answer.Correlation, answer.Answers));
    }
}
