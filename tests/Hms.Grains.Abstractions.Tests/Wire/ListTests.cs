using System.Collections;
using System.Collections.Immutable;
using Hms.Abstractions;
using Hms.Protocol.Coordination;
using Orleans.Serialization.Invocation;

namespace Hms.Grains.Tests.Wire;

/// <summary>A port's list may be of any kind, also of one that only the compiler can name.</summary>
public sealed class ListTests
{
    private static readonly Delivery First = FullSamples.Delivery;
    private static readonly Delivery Second = FullSamples.Delivery with { Sequence = 43, Topic = null };

    private static readonly Dictionary<string, IReadOnlyList<Delivery>> Lists = new()
    {
        ["array"] = new[] { First, Second },
        ["list"] = new List<Delivery> { First, Second },
        ["read-only collection"] = new List<Delivery> { First, Second }.AsReadOnly(),
        ["immutable array"] = ImmutableArray.Create(First, Second),
        ["slice"] = new ArraySegment<Delivery>([First, First, Second], 1, 2),
        ["none"] = [],
        ["one, as the compiler has it"] = [First],
        ["two, as the compiler has them"] = [First, Second],
        ["as many as there are, as the compiler has them"] = [.. new[] { Second, First }.Where(delivery => delivery.Sequence > 0)],
        ["a class of our own"] = new OwnList([First, Second]),
    };

    public static TheoryData<string> Kinds => [.. Lists.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_list_arrives_as_an_argument(string kind) => Same.Check(Lists[kind], Silo.Cross(Lists[kind]));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_list_arrives_as_a_result(string kind)
    {
        var answer = Silo.Cross(Response.FromResult(Lists[kind]));

        Same.Check(Lists[kind], answer.GetResult<IReadOnlyList<Delivery>>());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Within_a_silo_a_list_may_be_another_but_holds_the_same_objects(string kind)
    {
        var copy = Silo.Copy(Lists[kind]);

        Assert.Equal(Lists[kind].Count, copy.Count);
        Assert.All(copy.Zip(Lists[kind]), pair => Assert.Same(pair.Second, pair.First));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_list_in_a_record_arrives_as_an_array(string kind)
    {
        var page = Silo.Cross(new Page<Delivery>(Lists[kind], "next"));

        Same.Check(Lists[kind], page.Items);
        Assert.IsType<Delivery[]>(page.Items);
    }

    [Fact]
    public void Three_of_the_kinds_are_the_compilers_own() => Assert.Equal(
        3, Lists.Values.Select(list => list.GetType().Name).Where(name => name.StartsWith("<>z", StringComparison.Ordinal)).Distinct().Count());

    [Fact]
    public void Lists_of_texts_numbers_and_phases_arrive()
    {
        IReadOnlyList<string> texts = ["a", "b"];
        IReadOnlyList<long>? numbers = [1, long.MinValue];
        IReadOnlyList<TaskPhase> phases = [TaskPhase.Completed, TaskPhase.Waiting];

        Same.Check(texts, Silo.Cross(texts));
        Same.Check(numbers, Silo.Cross(numbers));
        Same.Check(phases, Silo.Cross(phases));
        Same.Check(new[] { TaskPhase.Failed }, Silo.Cross<IReadOnlyList<TaskPhase>>(new[] { TaskPhase.Failed }));
        Assert.Null(Silo.Cross<IReadOnlyList<long>?>(null));
    }

    [Fact]
    public void Collections_of_texts_arrive()
    {
        IReadOnlyCollection<string> set = new HashSet<string>(StringComparer.Ordinal) { "a", "b" };
        IReadOnlyCollection<string> keys = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }.Keys;
        IReadOnlyCollection<string> two = ["a", "b"];

        Same.Check(two, Silo.Cross(set));
        Same.Check(two, Silo.Cross(keys));
        Same.Check(two, Silo.Cross(two));
        Same.Check(two, Silo.Copy(keys));
    }

    [Fact]
    public void Tuples_arrive()
    {
        (Moved Moved, TaskRecord? Record, bool Created) all = (Moved.Now, FullSamples.Task, true);
        (Moved Moved, TaskRecord? Record, bool Created) little = (Moved.Unknown, null, false);
        (Moved Moved, ReadOnlyMemory<byte> Answer) answer = (new Moved(true, true, "m-1"), FullSamples.Bytes("{}"));
        (Moved Moved, BarrierRecord? Record, bool Created) barrier = (Moved.Now, FullSamples.Barrier, true);

        Same.Check(all, Silo.Cross(Response.FromResult(all)).GetResult<(Moved, TaskRecord?, bool)>());
        Same.Check(little, Silo.Cross(Response.FromResult(little)).GetResult<(Moved, TaskRecord?, bool)>());
        Same.Check(answer, Silo.Cross(Response.FromResult(answer)).GetResult<(Moved, ReadOnlyMemory<byte>)>());
        Same.Check(barrier, Silo.Cross(Response.FromResult(barrier)).GetResult<(Moved, BarrierRecord?, bool)>());
        Same.Check((Moved.Now, default(ReadOnlyMemory<byte>)), Silo.Cross((Moved.Now, default(ReadOnlyMemory<byte>))));
    }

    [Fact]
    public void Pages_of_every_kind_arrive()
    {
        var names = new Page<string>(["a"], null);
        var topics = new Page<TopicMessage>([new TopicMessage(1, FullSamples.At, FullSamples.Bytes("{}"))], "2");

        Same.Check(names, Silo.Cross(Response.FromResult(names)).GetResult<Page<string>>());
        Same.Check(topics, Silo.Cross(Response.FromResult(topics)).GetResult<Page<TopicMessage>>());
    }

    private sealed class OwnList(Delivery[] items) : IReadOnlyList<Delivery>
    {
        public int Count => items.Length;

        public Delivery this[int index] => items[index];

        public IEnumerator<Delivery> GetEnumerator() => items.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
