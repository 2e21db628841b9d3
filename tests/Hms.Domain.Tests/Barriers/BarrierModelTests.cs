using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Barriers;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Barriers;

/// <summary>
/// The machine against a model, over random runs with crashes: a set of those who are ready, and one outcome. A failure shows the seed, for
/// <c>Config.WithReplay</c>, and the smallest run found.
/// </summary>
public sealed class BarrierModelTests
{
    private static readonly string[] Everybody = ["a", "b", "c"];

    private static readonly Gen<Op[]> Runs =
        from length in Gen.Choose(1, 60)
        from ops in (
            from what in Gen.Frequency(
                (8, Gen.Constant("arrive")), (1, Gen.Constant("decline")), (3, Gen.Constant("call")), (1, Gen.Constant("die")),
                (2, Gen.Constant("late")), (2, Gen.Constant("pass")), (1, Gen.Constant("wake")), (3, Gen.Constant("commit")), (1, Gen.Constant("crash")))
            from who in Gen.Choose(0, 2)
            select new Op(what, who)).ArrayOf(length)
        select ops;

    [Fact]
    public void A_barrier_does_what_the_model_does_and_all_see_one_outcome() =>
        Prop.ForAll(Runs.ToArbitrary(), Check).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static void Check(Op[] ops)
    {
        var rig = new BarrierRig { ChecksMessages = false };
        var now = new World(null, 0, [], 0);
        var durable = now;
        var unsaid = new List<(long Generation, string To, bool AllReady)>();
        var said = new List<(long Generation, string To, bool AllReady)>();
        foreach (var op in ops)
        {
            if (op.What == "pass")
            {
                rig.Now += 4_000;
                continue;
            }

            if (op.What == "commit")
            {
                rig.Commit();
                durable = now;
                said.AddRange(unsaid);
                unsaid.Clear();
                continue;
            }

            if (op.What == "crash")
            {
                rig.Crash();
                now = durable;
                unsaid.Clear();
            }

            now = now.At(rig.Now);
            Decide(rig, op, ref now);
            Hear(rig, unsaid);
            var record = (rig.Decide(new BarrierCommand.Describe()).Reply as BarrierReply.Described)?.Record;
            Hear(rig, unsaid);
            Assert.Equal((now.Phase, now.Generation), (record?.Phase, record?.Generation ?? 0));
            Assert.True((record?.Ready ?? []).SequenceEqual(Everybody.Where(now.Ready.Contains)), "not those are ready who should be");
            Assert.True(now.Phase != BarrierPhase.Waiting || rig.State.DurableWake?.ToUnixTimeMilliseconds() <= now.Deadline, "wakes too late for its time-out");
        }

        // All who met at one use of the id were told, once each and the same.
        foreach (var use in said.GroupBy(told => told.Generation))
        {
            Assert.Equal(["a", "b", "boss", "c"], use.Select(told => told.To).Order(StringComparer.Ordinal));
            Assert.Single(use.Select(told => told.AllReady).Distinct());
        }
    }

    private static void Decide(BarrierRig rig, Op op, ref World now)
    {
        var who = Everybody[op.Who];
        switch (op.What)
        {
            case "call":
                var call = BarrierRig.Call(timeoutMs: op.Who == 2 ? 5_000 : 10_000, dead: op.Who == 1 ? ["b"] : []);
                var step = rig.Decide(call);
                if (now.Phase == BarrierPhase.Waiting)
                {
                    var isSame = now.Deadline - now.CalledAt == call.Call.TimeoutMs;
                    Assert.Equal(isSame ? null : ErrorCode.Conflict, step.Fault?.Code);
                    Assert.False((step.Reply as BarrierReply.Described)?.Created ?? false);
                    break;
                }

                now = new World(op.Who == 1 ? BarrierPhase.Aborted : BarrierPhase.Waiting, now.Generation + 1, [], rig.Now + call.Call.TimeoutMs) { CalledAt = rig.Now };
                break;
            case "arrive" or "decline" or "late":
                var generation = op.What == "late" ? now.Generation - 1 : (long?)null;
                var fault = rig.Decide(new BarrierCommand.Arrive(who, op.What != "decline", generation)).Fault;
                Assert.Equal(
                    now.Phase is null ? ErrorCode.DestinationNotFound : now.Phase != BarrierPhase.Waiting || op.What == "late" ? ErrorCode.Conflict : null,
                    fault?.Code);
                now = fault is null ? now.With(who, op.What == "arrive") : now;
                break;
            case "die":
                rig.Decide(new BarrierCommand.EndSession(who, 1));
                now = now.Phase == BarrierPhase.Waiting ? now with { Phase = BarrierPhase.Aborted } : now;
                break;
            default:
                rig.Decide(new BarrierCommand.Wake());
                break;
        }
    }

    private static void Hear(BarrierRig rig, List<(long Generation, string To, bool AllReady)> said) => said.AddRange(
        rig.Posts.Where(post => post.Type == "barrier_continue").Select(post => (post.Number("generation"), post.To, post.Flag("all_ready"))));

    private sealed record Op(string What, int Who);

    private sealed record World(BarrierPhase? Phase, long Generation, string[] Ready, long Deadline)
    {
        public long CalledAt { get; init; }

        public World At(long time) => Phase == BarrierPhase.Waiting && Deadline <= time ? this with { Phase = BarrierPhase.TimedOut } : this;

        public World With(string who, bool isReady)
        {
            var ready = isReady ? [.. Ready.Append(who).Distinct()] : Ready;
            return this with
            {
                Ready = ready,
                Phase = !isReady ? BarrierPhase.Aborted : ready.Length == Everybody.Length ? BarrierPhase.Released : Phase,
            };
        }
    }
}
