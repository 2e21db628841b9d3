using FsCheck;
using FsCheck.Fluent;

namespace Hms.Domain.Tests.Locks.Model;

/// <summary>Makes random runs, and smaller ones out of one that failed.</summary>
internal static class LockRuns
{
    private static readonly Gen<long> Leases = Gen.Elements(100L, 1_000, 5_000, 30_000, 30_000);
    private static readonly Gen<int> Owners = Gen.Choose(0, 3);
    private static readonly Gen<int> Tickets = Gen.Choose(1, 8);
    private static readonly Gen<int> Offsets = Gen.Elements(0, 0, 0, 0, 1, -1);

    private static readonly Gen<LockOp> Ops = Gen.Frequency(
        (6, Owners.Zip(Leases).Select(pair => (LockOp)new LockOp.Try(pair.Item1, pair.Item2))),
        (18, Tickets.Zip(Leases).Select(pair => (LockOp)new LockOp.Wait(pair.Item1, pair.Item2))),
        (10, from owner in Gen.Choose(0, 2)
             from lease in Leases
             from wait in Gen.Elements(0L, 1_000, 20_000, 60_000)
             select (LockOp)new LockOp.Request(owner, lease, wait)),
        (2, Gen.Constant((LockOp)new LockOp.Repeat())),
        (4, from owner in Owners from offset in Offsets from lease in Leases select (LockOp)new LockOp.Renew(owner, offset, lease)),
        (10, Owners.Zip(Offsets).Select(pair => (LockOp)new LockOp.Release(pair.Item1, pair.Item2))),
        (3, Tickets.Select(ticket => (LockOp)new LockOp.Leave(ticket))),
        (10, Gen.Constant((LockOp)new LockOp.Look())),
        (4, Gen.Choose(0, 2).Select(owner => (LockOp)new LockOp.Die(owner))),
        (5, Gen.Choose(0, 2).Select(owner => (LockOp)new LockOp.Register(owner))),
        (5, Gen.Choose(0, 2).Select(owner => (LockOp)new LockOp.Tell(owner))),
        (14, Gen.Elements(1L, 99, 100, 300, 1_000, 4_000, 9_999, 10_000, 30_000, 60_000).Select(ms => (LockOp)new LockOp.Advance(ms))),
        (8, Gen.Constant((LockOp)new LockOp.Commit())),
        (4, Gen.Constant((LockOp)new LockOp.Crash())));

    public static Arbitrary<LockRun> Arbitrary { get; } = Arb.From(
        from commits in Gen.Elements(false, true)
        from length in Gen.Choose(1, 80)
        from ops in Ops.Zip(Gen.Elements(0, 1, 1, 1, 2)).Select(pair => pair.Item1 with { View = pair.Item2 }).ArrayOf(length)
        select new LockRun(commits, ops),
        Smaller);

    private static IEnumerable<LockRun> Smaller(LockRun run)
    {
        for (var part = run.Ops.Length / 2; part > 0; part /= 2)
        {
            for (var from = 0; from + part <= run.Ops.Length; from += part)
            {
                yield return run with { Ops = [.. run.Ops[..from], .. run.Ops[(from + part)..]] };
            }
        }
    }
}
