using FsCheck;
using FsCheck.Fluent;

namespace Hms.Domain.Tests.Topics.Model;

/// <summary>Makes random runs, and smaller ones out of one that failed.</summary>
internal static class TopicRuns
{
    private static readonly Gen<bool> Seldom = Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)));
    private static readonly Gen<bool> Mostly = Seldom.Select(seldom => !seldom);
    private static readonly Gen<bool> Either = Gen.Elements(false, true);
    private static readonly Gen<int> Mailbox = Gen.Elements(0, 0, 1, 2);
    private static readonly Gen<int> Topic = Gen.Elements(0, 1);
    private static readonly Gen<int> Entity = Gen.Elements(0, 0, 1, 2, 3, 3, 3, 4, 5);
    private static readonly Gen<int> Pick = Gen.Choose(0, 7);
    private static readonly Gen<string> Name = Gen.Elements(TopicWorld.News, TopicWorld.News, ">");

    private static readonly Gen<TopicOp> Publishes =
        from topic in Topic
        from source in Gen.Elements(3, 3, 3, 0, 1)
        from id in Gen.Choose(0, 30)
        from length in Gen.Elements(5, 10, 10, 20)
        from ttl in Gen.Elements(0L, 0, 0, 0, 1_000, 30_000)
        from memory in Either
        select (TopicOp)new TopicOp.Publish(topic, source, id, length, ttl, memory);

    private static readonly Gen<TopicOp> Subscribes =
        from mailbox in Mailbox
        from topic in Name
        from start in Gen.Elements<long?>(null, null, 0, 0, 3, 50)
        select (TopicOp)new TopicOp.Subscribe(mailbox, topic, topic == TopicWorld.News ? start : start is null ? null : 0);

    private static readonly Gen<TopicOp> Says =
        from pick in Pick
        from commits in Mostly
        from returns in Mostly
        select (TopicOp)new TopicOp.Say(pick, commits, returns);

    private static readonly Gen<TopicOp> Hands =
        from topic in Topic
        from pick in Pick
        from loses in Seldom
        select (TopicOp)new TopicOp.Hand(topic, pick, loses);

    private static readonly Gen<TopicOp> Ops = Gen.Frequency(
        (20, Publishes),
        (6, Subscribes),
        (4, Mailbox.Zip(Name).Select(pair => (TopicOp)new TopicOp.Unsubscribe(pair.Item1, pair.Item2))),
        (2, Mailbox.Select(mailbox => (TopicOp)new TopicOp.Open(mailbox))),
        (1, Mailbox.Select(mailbox => (TopicOp)new TopicOp.Close(mailbox))),
        (8, Mailbox.Zip(Gen.Elements(1, 3, 100)).Zip(Gen.Elements(1_000L, 30_000)).Select(
            pick => (TopicOp)new TopicOp.Receive(pick.Item1.Item1, pick.Item1.Item2, pick.Item2))),
        (8, Mailbox.Zip(Gen.Elements(1, 2, 10)).Zip(Pick).Select(
            pick => (TopicOp)new TopicOp.Ack(pick.Item1.Item1, pick.Item1.Item2, pick.Item2))),
        (3, Mailbox.Zip(Pick).Zip(Either).Select(
            pick => (TopicOp)new TopicOp.Nack(pick.Item1.Item1, pick.Item1.Item2, pick.Item2))),
        (1, Mailbox.Select(mailbox => (TopicOp)new TopicOp.Purge(mailbox))),
        (1, Mailbox.Select(mailbox => (TopicOp)new TopicOp.Redrive(mailbox))),
        (10, Entity.Select(entity => (TopicOp)new TopicOp.Commit(entity))),
        (3, Entity.Select(entity => (TopicOp)new TopicOp.Crash(entity))),
        (2, Gen.Constant((TopicOp)new TopicOp.CrashAll())),
        (2, Entity.Select(entity => (TopicOp)new TopicOp.Passivate(entity))),
        (18, Says),
        (2, Gen.Constant((TopicOp)new TopicOp.SayAll())),
        (5, Topic.Select(topic => (TopicOp)new TopicOp.BeginRound(topic))),
        (3, Topic.Select(topic => (TopicOp)new TopicOp.BeginSettling(topic))),
        (9, Hands),
        (4, Topic.Select(topic => (TopicOp)new TopicOp.End(topic))),
        (4, Pick.Zip(Either).Select(pair => (TopicOp)new TopicOp.Late(pair.Item1, pair.Item2))),
        (7, Topic.Select(topic => (TopicOp)new TopicOp.Feed(topic))),
        (3, Topic.Select(topic => (TopicOp)new TopicOp.Settle(topic))),
        (4, Entity.Select(entity => (TopicOp)new TopicOp.Wake(entity))),
        (6, Gen.Elements(1L, 500, 1_000, 1_000, 10_000, 62_000).Select(ms => (TopicOp)new TopicOp.Advance(ms))));

    public static Arbitrary<TopicRun> Arbitrary { get; } = Arb.From(
        from tight in Either
        from length in Gen.Choose(1, 120)
        from ops in Ops.ArrayOf(length)
        from crashes in Either
        select new TopicRun(tight, crashes ? [.. ops, new TopicOp.CrashAll()] : ops),
        Smaller);

    // Ever smaller parts are left out; a step itself is simple enough.
    private static IEnumerable<TopicRun> Smaller(TopicRun run)
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
