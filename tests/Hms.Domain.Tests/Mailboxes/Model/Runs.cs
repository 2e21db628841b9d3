using FsCheck;
using FsCheck.Fluent;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes.Model;

/// <summary>Makes random runs, and smaller ones out of one that failed.</summary>
internal static class Runs
{
    private static readonly Gen<bool> Seldom = Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)));
    private static readonly Gen<bool> Either = Gen.Elements(false, true);
    private static readonly Gen<long> Leases = Gen.Elements(1L, 50, 100, 1_000, 1_000, 30_000, 30_000, 86_400_000);
    private static readonly Gen<int> Receipt = Gen.Frequency(
        (12, Gen.Choose(0, 3)), (5, Gen.Choose(4, 25)), (1, Gen.Choose(-19, -1)), (1, Gen.Choose(-24, -20)));

    private static readonly Gen<int[]> Receipts = Receipt.ArrayOf(1).Or(Gen.Choose(1, 4).SelectMany(count => Receipt.ArrayOf(count)));
    private static readonly Gen<int[]> Replies = Gen.Elements<int[]>([1], [2], [1, 2], [3]);

    private static readonly Gen<string> Topics = Gen.Elements("*", "alerts", "alerts.>", "health");

    private static readonly Gen<Op> Sends =
        from id in Gen.Choose(0, 11)
        from body in Seldom
        from priority in Gen.Elements(Priority.Low, Priority.Normal, Priority.Normal, Priority.High, Priority.Critical)
        from ttl in Gen.Elements(0L, 0, 0, 0, 1, 50, 1_000, 5_000, 40_000, 9_007_199_254_740_991)
        from memory in Seldom
        from key in Seldom
        from reply in Gen.Elements(0, 0, 0, 1, 1, 2, 3)
        from beyond in Seldom
        select (Op)new Op.Send(id, body ? 1 : 0, priority, ttl, memory, key, reply, beyond);

    private static readonly Gen<Op> Nacks =
        from receipts in Receipts
        from delay in Gen.Elements(0L, 0, 1, 50, 5_000, 86_400_000)
        from dead in Gen.Elements(false, false, true)
        from reason in Gen.Elements(null, "", "no such table")
        select (Op)new Op.Nack(receipts, delay, dead, reason);

    private static readonly Gen<Op> Claims =
        from request in Gen.Choose(1, 2)
        from replies in Replies
        from lease in Leases
        from earlier in Either
        select (Op)new Op.Claim(request, replies, lease, earlier);

    private static readonly Gen<Op> Ops = Gen.Frequency(
        (30, Sends),
        (18, Gen.Elements(1, 1, 2, 5, 1_000).Zip(Leases).Select(pair => (Op)new Op.Receive(pair.Item1, pair.Item2))),
        (12, Receipts.Select(receipts => (Op)new Op.Ack(receipts))),
        (10, Nacks),
        (4, Receipts.Select(receipts => (Op)new Op.Return(receipts))),
        (5, Receipts.Zip(Leases).Select(pair => (Op)new Op.Extend(pair.Item1, pair.Item2))),
        (7, Claims),
        (3, Gen.Choose(1, 2).Zip(Replies).Select(pair => (Op)new Op.Forget(pair.Item1, pair.Item2))),
        (4, Gen.Choose(1, 30).ArrayOf(4).Select(sequences => (Op)new Op.Redrive(sequences)).Or(Gen.Constant((Op)new Op.Redrive(null)))),
        (3, Gen.Choose(-1, 20).Zip(Gen.Choose(0, 3)).Select(pair => (Op)new Op.ListDead(pair.Item1, pair.Item2))),
        (1, Gen.Constant((Op)new Op.Purge())),
        (1, Gen.Constant((Op)new Op.Count())),
        (3, Topics.Zip(Gen.Elements<long?>(null, 0, 5)).Select(pair => (Op)new Op.Subscribe(pair.Item1, pair.Item2))),
        (2, Topics.Select(topic => (Op)new Op.Unsubscribe(topic))),
        (2, Gen.Constant((Op)new Op.Open())),
        (1, Gen.Constant((Op)new Op.Close())),
        (3, Gen.Constant((Op)new Op.Wake())),
        (14, Gen.Elements(1L, 1, 49, 50, 51, 999, 1_000, 4_000, 10_000, 30_000, 60_000).Select(ms => (Op)new Op.Advance(ms))),
        (1, Gen.Elements(86_400_000L, 10L * 365 * 86_400_000).Select(ms => (Op)new Op.Advance(ms))),
        (8, Gen.Constant((Op)new Op.Commit())),
        (4, Gen.Constant((Op)new Op.Crash())));

    public static Arbitrary<Run> Arbitrary { get; } = Arb.From(
        from ageing in Seldom
        from tight in Either
        from commits in Either
        from length in Gen.Choose(1, 90)
        from ops in Ops.ArrayOf(length)
        select new Run(ageing, tight, commits, ops),
        Smaller);

    // Ever smaller parts are left out; a step itself is simple enough.
    private static IEnumerable<Run> Smaller(Run run)
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
