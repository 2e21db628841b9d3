using Hms.Domain.Entities;
using Hms.Domain.Sessions;
using Hms.Domain.Tests.Coordination;

namespace Hms.Domain.Tests.Sessions;

public sealed class SessionTests
{
    private static readonly EntityKey Db = EntityKey.Lock("db");
    private static readonly EntityKey Gate = EntityKey.Barrier("gate");
    private readonly Rig _rig = new();

    [Fact]
    public void All_who_are_attached_are_told_of_the_end_once()
    {
        Attach(Db, 1, order: 1);
        Attach(Gate, 1, order: 8);
        Attach(EntityKey.Task("t/1"), 1, order: 3);
        Attach(Db, 1, order: 1);
        _rig.Restart();
        Assert.Equal(3, _rig.State.Count);
        End(1);
        Assert.Equal(
            ["Barrier/gate", "Lock/db", "Task/t/1"], _rig.Sent.Cast<OutboxMessage.SessionEnded>().Select(said => said.For.ToString()).Order(StringComparer.Ordinal));
        Assert.All(_rig.Sent.Cast<OutboxMessage.SessionEnded>(), said => Assert.Equal(("a", 1L), (said.Supervisor, said.UpTo)));
        _rig.Restart();
        End(1);
        Assert.Empty(_rig.Sent);
        Assert.Equal(1, _rig.Store.RowCount);
    }

    [Fact]
    public void Who_attaches_to_a_session_that_has_ended_is_told_at_once()
    {
        End(3);
        _rig.Restart();
        Attach(Db, 3, order: 1);
        Assert.Equal([new OutboxMessage.SessionEnded(Db, "a", 3)], _rig.Sent);
        Assert.Equal(0, _rig.State.Count);
        Attach(Db, 4, order: 2);
        Assert.Empty(_rig.Sent);
        Assert.Equal(1, _rig.State.Count);
    }

    [Fact]
    public void The_end_of_earlier_sessions_does_not_touch_who_is_attached_to_a_later_one()
    {
        Attach(Db, 2, order: 1);
        End(1);
        Assert.Empty(_rig.Sent);
        End(2);
        Assert.Single(_rig.Sent);
        End(1);
        Assert.Empty(_rig.Sent);
        Attach(Db, 2, order: 2);
        Assert.Single(_rig.Sent);
    }

    [Fact]
    public void Who_detaches_is_not_told()
    {
        Attach(Db, 1, order: 1);
        Attach(Gate, 1, order: 1);
        Detach(Db, order: 2);
        Detach(Db, order: 2);
        _rig.Restart();
        End(1);
        Assert.Equal([new OutboxMessage.SessionEnded(Gate, "a", 1)], _rig.Sent);
    }

    [Fact]
    public void What_was_said_earlier_and_comes_late_does_not_count()
    {
        Attach(Db, 1, order: 5);
        Detach(Db, order: 4);
        Assert.Equal(1, _rig.State.Count);
        _rig.Restart();
        Detach(Db, order: 5);
        Assert.Equal(1, _rig.State.Count);
        Attach(Db, 2, order: 7);
        Attach(Db, 1, order: 5);
        End(1);
        Assert.Empty(_rig.Sent);
        Assert.Equal(1, _rig.State.Count);
    }

    [Fact]
    public void What_is_said_over_again_in_its_order_ends_as_it_did_before()
    {
        for (var i = 0; i < 3; i++)
        {
            Attach(Db, 1, order: 1);
            Detach(Db, order: 2);
            Attach(Gate, 1, order: 1);
            Assert.Equal(1, _rig.State.Count);
        }
    }

    [Fact]
    public void Nothing_is_ever_due_and_it_may_leave_memory_at_any_time()
    {
        Attach(Db, 1, order: 1);
        Assert.Equal((null, null, true), (_rig.State.NextWake, _rig.State.DurableWake, _rig.State.IsQuiescent));
    }

    private void Attach(EntityKey entity, long number, long order) => _rig.Decide(new SessionCommand.Attach(entity, number, order));

    private void Detach(EntityKey entity, long order) => _rig.Decide(new SessionCommand.Detach(entity, order));

    private void End(long upTo) => _rig.Decide(new SessionCommand.End(upTo));

    private sealed class Rig : MachineRig<SessionState, SessionCommand, SessionReply>
    {
        protected override SessionCommand Wake => new SessionCommand.Wake();

        protected override SessionState Create() => new("a");

        protected override Step<SessionReply> Decide(SessionState state, SessionCommand command, DateTimeOffset now) =>
            SessionMachine.Decide(state, command, now);
    }
}
