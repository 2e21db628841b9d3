using Hms.Domain.Barriers;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Barriers;

public sealed class MeetingTests
{
    private readonly BarrierRig _rig = new();

    [Fact]
    public void All_participants_are_called_and_their_sessions_tied()
    {
        var record = _rig.Create();
        Assert.Equal((BarrierPhase.Waiting, 1L), (record.Phase, record.Generation));
        Assert.Equal(BarrierRig.Abc, record.Missing);
        Assert.Equal(BarrierRig.Abc, _rig.Posts.Select(post => post.To));
        Assert.All(_rig.Posts, post => Assert.Equal(
            ("barrier_request", "gate", "gate", "boss", 10_000L, 1L),
            (post.Type, post.Correlation, post.Text("barrier_id"), post.Text("initiator"), post.Number("timeout_ms"), post.Number("generation"))));
        Assert.Equal(BarrierRig.Abc.Select(name => new OutboxMessage.Attach(name, 1, EntityKey.Barrier("gate"))), _rig.Sent.Where(said => said is OutboxMessage.Attach));
    }

    [Fact]
    public void Nobody_goes_on_before_all_are_ready_and_then_all_do_and_the_initiator_is_told()
    {
        _rig.Create();
        _rig.Arrive("b");
        Assert.Empty(_rig.Sent);
        _rig.Restart();
        Assert.Equal(["b"], _rig.Record.Ready);
        Assert.Equal(["a", "c"], _rig.Record.Missing);
        _rig.Arrive("a");
        Assert.Empty(_rig.Sent);
        var record = _rig.Arrive("c");
        Assert.Equal(BarrierPhase.Released, record.Phase);
        Assert.Equal([("a", true), ("b", true), ("c", true), ("boss", true)], _rig.Outcomes);
        Assert.Equal([Effect.Signal.Ended], _rig.Signals);
        Assert.Empty(record.Missing);
    }

    [Fact]
    public void One_that_is_not_ready_ends_it_for_all_also_where_it_was_ready_before()
    {
        _rig.Create();
        _rig.Arrive("a");
        var record = _rig.Arrive("a", ready: false);
        Assert.Equal((BarrierPhase.Aborted, "a is not ready"), (record.Phase, record.Reason));
        Assert.Equal([("a", false), ("b", false), ("c", false), ("boss", false)], _rig.Outcomes);
    }

    [Fact]
    public void Arriving_twice_changes_nothing()
    {
        _rig.Create();
        _rig.Arrive("a");
        _rig.Commit();
        Assert.Equal(["a"], _rig.Arrive("a").Ready);
        Assert.True(_rig.State.Changes.IsEmpty);
    }

    [Fact]
    public void A_participant_that_is_dead_already_ends_it_at_once_for_all()
    {
        var record = _rig.Create(dead: ["b"]);
        Assert.Equal((BarrierPhase.Aborted, 1L), (record.Phase, record.Generation));
        Assert.Equal(4, _rig.Outcomes.Count);
        Assert.All(_rig.Outcomes, outcome => Assert.False(outcome.AllReady));
        Assert.Contains("b", record.Reason, StringComparison.Ordinal);
        foreach (var name in BarrierRig.Abc)
        {
            Assert.Equal(["barrier_request", "barrier_continue"], _rig.Posts.Where(post => post.To == name).Select(post => post.Type));
        }
    }

    [Fact]
    public void A_participant_that_dies_ends_it_whether_or_not_it_had_arrived()
    {
        foreach (var arrives in new[] { false, true })
        {
            var rig = new BarrierRig();
            rig.Create();
            if (arrives)
            {
                rig.Arrive("b");
            }

            rig.Decide(new BarrierCommand.EndSession("b", 0));
            rig.Decide(new BarrierCommand.EndSession("boss", 1));
            rig.Decide(new BarrierCommand.EndSession("stranger", 1));
            Assert.Equal(BarrierPhase.Waiting, rig.Phase);
            rig.Restart();
            rig.Decide(new BarrierCommand.EndSession("b", 1));
            Assert.Equal(4, rig.Outcomes.Count);
            rig.Decide(new BarrierCommand.EndSession("a", 1));
            Assert.Empty(rig.Sent);
            Assert.Equal(BarrierPhase.Aborted, rig.Phase);
        }
    }

    [Fact]
    public void The_time_out_ends_it_by_itself_also_after_a_restart_and_however_late_it_is_woken()
    {
        foreach (var late in new[] { 0, 1, 86_000_000 })
        {
            var rig = new BarrierRig();
            rig.Create();
            rig.Arrive("a");
            Assert.Equal(BarrierRig.Start + 10_000, rig.State.DurableWake?.ToUnixTimeMilliseconds());
            rig.Restart();
            rig.Now += 9_999;
            Assert.Equal(BarrierPhase.Waiting, rig.Phase);
            rig.Now += 1 + late;
            rig.Decide(new BarrierCommand.Wake());
            Assert.Equal(4, rig.Outcomes.Count);
            Assert.Equal(BarrierPhase.TimedOut, rig.Phase);
            Assert.Equal(["a"], rig.Record.Ready);
        }
    }

    [Fact]
    public void Who_arrives_at_the_moment_of_the_time_out_or_after_the_end_comes_too_late_and_sees_the_outcome()
    {
        _rig.Create();
        _rig.Arrive("a");
        _rig.Arrive("b");
        _rig.Now += 10_000;
        var record = _rig.Conflict(new BarrierCommand.Arrive("c", true, null));
        Assert.Equal(("timed_out", false), (record.GetProperty("state").GetString(), record.GetProperty("all_ready").GetBoolean()));
        Assert.Equal(4, _rig.Outcomes.Count);
        _rig.Conflict(new BarrierCommand.Arrive("a", false, null));
        Assert.Empty(_rig.Sent);
    }

    [Fact]
    public void Who_takes_no_part_is_forbidden_and_an_unknown_barrier_is_not_found()
    {
        _rig.Refused(new BarrierCommand.Arrive("a", true, null), ErrorCode.DestinationNotFound);
        _rig.Refused(new BarrierCommand.Describe(), ErrorCode.DestinationNotFound);
        _rig.Create();
        _rig.Refused(new BarrierCommand.Arrive("boss", true, null), ErrorCode.Forbidden);
    }

    [Fact]
    public void An_initiator_that_takes_part_is_told_once_and_one_that_is_not_registered_never()
    {
        _rig.Create(["a", "boss"]);
        Assert.Equal(["a", "boss"], _rig.Posts.Select(post => post.To));
        _rig.Arrive("boss");
        _rig.Arrive("a");
        Assert.Equal([("a", true), ("boss", true)], _rig.Outcomes);

        var other = new BarrierRig();
        other.Create(["a"], isRegistered: false);
        other.Restart();
        other.Arrive("a");
        Assert.Equal([("a", true)], other.Outcomes);
    }

    [Fact]
    public void A_response_by_message_goes_on_to_whom_it_was_sent_before_the_outcome_does()
    {
        _rig.Create(["a", "b"]);
        Assert.IsType<BarrierReply.Done>(_rig.Decide(BarrierRig.Response("a", "r1", passTo: "boss")).Reply);
        Assert.Equal(("boss", "barrier_response", "a"), Assert.Single(_rig.Posts) is var post ? (post.To, post.Type, post.Source) : default);
        Assert.IsType<BarrierReply.Done>(_rig.Decide(BarrierRig.Response("b", "r1", passTo: "boss")).Reply);
        Assert.Equal(["barrier_response", "barrier_continue", "barrier_continue", "barrier_continue"], _rig.Posts.Select(one => one.Type));
        _rig.Restart();
        Assert.IsType<BarrierReply.Repeated>(_rig.Decide(BarrierRig.Response("b", "r1", passTo: "boss")).Reply);
        Assert.Empty(_rig.Sent);
        _rig.Refused(BarrierRig.Response("b", "r1", body: 2), ErrorCode.Conflict);
    }

    [Fact]
    public void A_response_that_is_refused_is_not_passed_on()
    {
        _rig.Create();
        _rig.Refused(BarrierRig.Response("stranger", "r1", passTo: "boss"), ErrorCode.Forbidden);
        Assert.Empty(_rig.Sent);
        _rig.Arrive("a", ready: false);
        _rig.Refused(BarrierRig.Response("b", "r2", passTo: "boss"), ErrorCode.Conflict);
        Assert.Empty(_rig.Sent);
    }

    [Fact]
    public void What_an_arrival_by_message_costs_does_not_grow_with_the_participants()
    {
        var names = Enumerable.Range(0, 2_000).Select(i => $"p{i}").ToArray();
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_rig.Now);
        BarrierMachine.Decide(_rig.State, BarrierRig.Call(names), now);
        var arrivals = names.Skip(1).Select(name => BarrierRig.Response(name, "r")).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var arrival in arrivals)
        {
            BarrierMachine.Decide(_rig.State, arrival, now);
        }

        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / arrivals.Length;
        Assert.True(each < 4_000, $"an arrival takes {each} bytes");
        Assert.Equal("p0", Assert.Single(_rig.Record.Missing));
    }
}
