using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Barriers;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Barriers;

public sealed class BarrierTableTests
{
    [Fact]
    public void Each_event_does_in_each_phase_what_the_table_has_or_nothing() => Prop.ForAll(
        Gen.Elements(Enum.GetValues<BarrierPhase>()).Zip(Gen.Elements(Enum.GetValues<BarrierEvent>())).ToArbitrary(),
        pair =>
        {
            var (from, happened) = pair;
            var rows = BarrierTable.Rows.Where(row => row.From == from && row.Event == happened).ToArray();
            var next = rows.Length == 0 ? (BarrierPhase?)null : Assert.Single(rows).To;
            Assert.Equal(next, BarrierTable.Next(from, happened));

            var rig = In(from);
            var fault = Happen(rig, happened);
            var isAsked = happened is BarrierEvent.AllReady or BarrierEvent.NotReady or BarrierEvent.CallAgain;
            Assert.Equal(next is null && isAsked ? ErrorCode.Conflict : null, fault?.Code);
            Assert.Equal(next ?? from, rig.Phase);
        }).QuickCheckThrowOnFailure();

    private static BarrierRig In(BarrierPhase phase)
    {
        var rig = new BarrierRig();
        rig.Create();
        switch (phase)
        {
            case BarrierPhase.Released:
                Happen(rig, BarrierEvent.AllReady);
                break;
            case BarrierPhase.Aborted:
                Happen(rig, BarrierEvent.NotReady);
                break;
            case BarrierPhase.TimedOut:
                Happen(rig, BarrierEvent.TimeOut);
                break;
        }

        Assert.Equal(phase, rig.Phase);
        return rig;
    }

    private static Fault? Happen(BarrierRig rig, BarrierEvent happened)
    {
        switch (happened)
        {
            case BarrierEvent.AllReady:
                rig.Decide(new BarrierCommand.Arrive("a", true, null));
                rig.Decide(new BarrierCommand.Arrive("b", true, null));
                return rig.Decide(new BarrierCommand.Arrive("c", true, null)).Fault;
            case BarrierEvent.NotReady:
                return rig.Decide(new BarrierCommand.Arrive("b", false, null)).Fault;
            case BarrierEvent.LoseSession:
                return rig.Decide(new BarrierCommand.EndSession("b", 1)).Fault;
            case BarrierEvent.TimeOut:
                rig.Now += 10_000;
                return rig.Decide(new BarrierCommand.Wake()).Fault;
            default:
                return rig.Decide(BarrierRig.Call(["a", "b"])).Fault;
        }
    }
}
