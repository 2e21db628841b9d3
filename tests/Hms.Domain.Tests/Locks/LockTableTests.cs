using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Locks;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Locks;

public sealed class LockTableTests
{
    [Fact]
    public void What_the_table_has_is_done_and_all_else_is_a_bug() => Prop.ForAll(
        Gen.Elements(Enum.GetValues<LockPhase>()).Zip(Gen.Elements(Enum.GetValues<LockEvent>())).ToArbitrary(),
        pair =>
        {
            var (from, happened) = pair;
            var rows = LockTable.Rows.Where(row => row.From == from && row.Event == happened).ToArray();
            if (rows.Length == 0)
            {
                Assert.Throws<InvalidOperationException>(() => LockTable.Next(from, happened));
            }
            else
            {
                Assert.Equal(Assert.Single(rows).To, LockTable.Next(from, happened));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_row_of_the_table_happens()
    {
        var rig = new LockRig();

        // Free, grant, held, expire, free.
        rig.Acquire("a", leaseMs: 100, session: 1);
        Assert.Equal(LockPhase.Held, PhaseOf(rig));
        rig.Now += 100;
        Assert.Equal(LockPhase.Free, PhaseOf(rig));

        // Held, release, free, offer, offered, withdraw, free.
        var token = rig.Acquire("a", session: 1).FencingToken;
        rig.Wait(7, "b", session: 2);
        rig.Release("a", token);
        Assert.Equal(LockPhase.Offered, PhaseOf(rig));
        rig.Leave(7);
        Assert.Equal(LockPhase.Free, PhaseOf(rig));

        // Offered, grant, held.
        token = rig.Acquire("a", session: 1, delayMs: 500).FencingToken;
        rig.Wait(8, "b", session: 2);
        rig.Release("a", token);
        rig.Look(new SessionView("b", 2, true));
        Assert.Equal(("b", LockPhase.Held), (rig.Record.Holder, PhaseOf(rig)));

        // Held, lose session, closed, open, free.
        rig.Release("b", rig.Record.FencingToken);
        rig.Acquire("a", session: 1, delayMs: 500);
        rig.EndSession("a", 1);
        Assert.Equal(LockPhase.Closed, PhaseOf(rig));
        rig.Now += 500;
        Assert.Equal(LockPhase.Free, PhaseOf(rig));
    }

    private static LockPhase PhaseOf(LockRig rig)
    {
        var record = rig.Record;
        return record.Holder is not null ? LockPhase.Held
            : record.ClosedUntil is not null ? LockPhase.Closed
            : rig.Signals.Contains(LockState.OfferSignal) ? LockPhase.Offered
            : LockPhase.Free;
    }
}
