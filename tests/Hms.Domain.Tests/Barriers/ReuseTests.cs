using Hms.Domain.Barriers;
using Hms.Domain.Entities;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Barriers;

public sealed class ReuseTests
{
    private const long Day = 86_400_000;
    private readonly BarrierRig _rig = new();

    [Fact]
    public void An_id_is_in_use_until_its_end_and_the_next_use_is_the_next_generation()
    {
        _rig.Create();
        _rig.Arrive("a");
        Assert.Equal("waiting", _rig.Conflict(BarrierRig.Call(["x"])).GetProperty("state").GetString());
        _rig.Arrive("b", ready: false);
        _rig.Restart();
        var record = _rig.Create(["a", "x"]);
        Assert.Equal((2L, BarrierPhase.Waiting), (record.Generation, record.Phase));
        Assert.Equal((null, 0), (record.Reason, record.Ready.Count));
        Assert.Equal(["a", "x"], record.Missing);
        _rig.Restart();
        Assert.Equal((2L, 0), (_rig.Record.Generation, _rig.Record.Ready.Count));
    }

    [Fact]
    public void An_id_may_be_used_again_at_the_moment_of_its_time_out()
    {
        _rig.Create();
        _rig.Now += 10_000;
        Assert.Equal(2, _rig.Create(["a"]).Generation);
        Assert.Equal(["barrier_continue", "barrier_continue", "barrier_continue", "barrier_continue", "barrier_request"], _rig.Posts.Select(post => post.Type));
        Assert.All(_rig.Posts.Where(post => post.Type == "barrier_continue"), post => Assert.Equal(1, post.Number("generation")));
    }

    [Fact]
    public void The_same_call_again_while_it_waits_makes_nothing()
    {
        _rig.Create();
        Assert.False(_rig.Ask<BarrierReply.Described>(BarrierRig.Call()).Created);
        Assert.Empty(_rig.Sent);
    }

    [Fact]
    public void A_late_arrival_for_an_earlier_generation_is_a_conflict_and_does_not_count()
    {
        _rig.Create();
        _rig.Arrive("a", ready: false);
        _rig.Create();
        Assert.Equal(2, _rig.Conflict(new BarrierCommand.Arrive("a", true, 1)).GetProperty("generation").GetInt64());
        _rig.Conflict(new BarrierCommand.Arrive("a", true, 3));
        Assert.Empty(_rig.Record.Ready);
        Assert.Equal(["a"], _rig.Arrive("a", generation: 2).Ready);
    }

    [Fact]
    public void A_key_stands_for_the_call_it_came_with_also_after_its_end()
    {
        var call = BarrierRig.Call() with { Key = BarrierRig.Key("k1") };
        Assert.True(_rig.Ask<BarrierReply.Described>(call).Created);
        _rig.Arrive("a", ready: false);
        _rig.Restart();
        var again = _rig.Ask<BarrierReply.Described>(call);
        Assert.Equal((false, BarrierPhase.Aborted, 1L), (again.Created, again.Record.Phase, again.Record.Generation));
        Assert.True(_rig.Ask<BarrierReply.Described>(call with { Key = BarrierRig.Key("k2") }).Created);
    }

    [Fact]
    public void A_late_repetition_of_a_call_under_an_earlier_key_makes_nothing()
    {
        var call = BarrierRig.Call() with { Key = BarrierRig.Key("k1") };
        _rig.Ask<BarrierReply.Described>(call);
        _rig.Arrive("a", ready: false);
        _rig.Ask<BarrierReply.Described>(call with { Key = BarrierRig.Key("k2") });
        _rig.Arrive("a", ready: false);
        _rig.Restart();
        var again = _rig.Ask<BarrierReply.Described>(call);
        Assert.Equal((false, 2L), (again.Created, again.Record.Generation));
        Assert.Empty(_rig.Sent);
    }

    [Fact]
    public void A_call_by_message_is_known_when_it_is_repeated_also_after_its_end()
    {
        var first = BarrierRig.Call() with { By = Messages.Stamp("boss", "m1") };
        var same = BarrierRig.Call() with { By = Messages.Stamp("boss", "m2") };
        _rig.Ask<BarrierReply.Described>(first);
        Assert.False(_rig.Ask<BarrierReply.Described>(same).Created);
        _rig.Arrive("a", ready: false);
        _rig.Restart();
        Assert.IsType<BarrierReply.Repeated>(_rig.Decide(first).Reply);
        Assert.IsType<BarrierReply.Repeated>(_rig.Decide(same).Reply);
        Assert.Equal(1, _rig.Record.Generation);
        _rig.Refused(first with { By = Messages.Stamp("boss", "m1", body: 2) }, ErrorCode.Conflict);
    }

    [Fact]
    public void A_day_after_its_end_only_the_generation_is_remembered()
    {
        _rig.Create();
        _rig.Decide(BarrierRig.Response("a", "r1"));
        _rig.Arrive("b", ready: false);
        _rig.Now += Day - 1;
        Assert.Equal(BarrierPhase.Aborted, _rig.Phase);
        _rig.Restart();
        _rig.Now += 1;
        _rig.Decide(new BarrierCommand.Wake());
        _rig.Refused(new BarrierCommand.Describe(), ErrorCode.DestinationNotFound);
        Assert.False(_rig.State.IsKnown);
        while (_rig.State.NextWake is not null)
        {
            _rig.WakeWhenWanted();
        }

        _rig.Restart();
        Assert.Equal(1, _rig.Store.RowCount);
        Assert.Null(_rig.State.DurableWake);
        Assert.Equal(2, _rig.Create().Generation);
    }

    [Fact]
    public void A_barrier_wakes_up_to_give_up_its_ties_and_to_forget_and_for_nothing_else()
    {
        _rig.Create();
        _rig.Arrive("a", ready: false);
        _rig.WakeWhenWanted();
        Assert.Equal(BarrierRig.Start + 60_000, _rig.Now);
        Assert.Equal(["a", "b", "boss", "c"], _rig.Sent.Select(said => said.To.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal((3, 4), (_rig.Sent.Count(said => said is OutboxMessage.Detach), _rig.Sent.Count(said => said is OutboxMessage.Farewell)));
        _rig.WakeWhenWanted();
        Assert.Equal(BarrierRig.Start + Day, _rig.Now);
        Assert.Null(_rig.State.NextWake);
    }

    [Fact]
    public void No_two_messages_have_one_id_over_generations_and_restarts()
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            _rig.Create();
            Assert.All(_rig.Posts, post => Assert.True(ids.Add(post.Id)));
            _rig.Restart();
            _rig.Arrive("a", ready: false);
            Assert.All(_rig.Posts, post => Assert.True(ids.Add(post.Id)));
            _rig.Now += i == 1 ? Day : 0;
            _rig.Decide(new BarrierCommand.Wake());
            _rig.Restart();
        }
    }

    [Fact]
    public void The_record_is_read_back_as_it_was_written()
    {
        _rig.Create(["a", new string('p', 256)], timeoutMs: 86_400_000, initiator: "boss:1");
        _rig.Arrive("a");
        var before = _rig.Json;
        _rig.Restart();
        Assert.Equal(before, _rig.Json);
    }
}
