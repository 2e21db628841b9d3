using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Orleans.Serialization.Configuration;
using ErrorCode = Hms.Protocol.ErrorCode;

namespace Hms.Grains.Tests.Wire;

/// <summary>Silos of neighbouring versions understand each other.</summary>
public sealed class UpgradeTests
{
    [Fact]
    public void What_a_newer_silo_says_besides_is_skipped()
    {
        var newer = new Silo(types => Rename<NewerDelivery>(types, "hms.Delivery", typeof(Delivery)));
        var sent = new NewerDelivery
        {
            Early = "before",
            Receipt = "r-1",
            Sequence = 42,
            Between = ["x", "y"],
            Attempt = 3,
            LeasedUntil = FullSamples.At,
            Topic = "builds",
            TraceParent = "00-1",
            Message = FullSamples.Bytes("""{"id":"m-1"}"""),
            Late = new NewerPart { Text = "after", Bytes = new byte[300] },
            LateAgain = new NewerPart { Text = "r-1" },
        };

        var read = Silo.Current.Serializer.Deserialize<object>(newer.Serializer.SerializeToArray<object>(sent));

        Same.Check(new Delivery("r-1", 42, 3, FullSamples.At, "builds", "00-1", FullSamples.Bytes("""{"id":"m-1"}""")), read);
    }

    [Fact]
    public void What_a_newer_silo_says_in_types_that_are_unknown_here_is_skipped()
    {
        var newer = new Silo(types => types.WellKnownTypeAliases.Add("hms.OnlyInTheNewer", typeof(NewerPart)));
        var sent = new NewerBid { Owner = "builder", LeaseMs = 5, Anything = new NewerPart { Text = "?" } };

        var read = Silo.Current.Serializer.Deserialize<LockBid>(newer.Serializer.SerializeToArray(sent));

        Same.Check(new LockBid("builder", 5), read);
    }

    [Fact]
    public void Texts_and_bytes_that_come_twice_are_read_right_after_a_member_that_is_skipped()
    {
        var same = new string('s', 3);
        var newer = new NewerBid { Owner = same, LeaseMs = 5, Extra = "extra", Instance = "extra", More = same };

        var read = Silo.Current.Serializer.Deserialize<LockBid>(Silo.Current.Serializer.SerializeToArray(newer))!;

        Same.Check(new LockBid("sss", 5) { Instance = "extra" }, read);
    }

    [Fact]
    public void A_list_that_an_older_silo_does_not_send_is_empty()
    {
        var read = Silo.Current.Serializer.Deserialize<Traits>(Silo.Current.Serializer.SerializeToArray(new OlderTraits { Roles = ["runtime"] }));

        Same.Check(new Traits(["runtime"], []), read);
    }

    [Fact]
    public void An_unknown_code_is_an_internal_error()
    {
        var newer = new NumberedFault { Code = 4_711, Message = "of the next version", SourceMessageId = "m-1" };

        var read = Silo.Current.Serializer.Deserialize<Fault>(Silo.Current.Serializer.SerializeToArray(newer));

        Same.Check(new Fault(ErrorCode.Internal, "of the next version") { SourceMessageId = "m-1" }, read);
    }

    [Theory]
    [InlineData(4, Priority.Critical)]
    [InlineData(int.MaxValue, Priority.Critical)]
    [InlineData(-1, Priority.Low)]
    [InlineData(2, Priority.High)]
    public void An_unknown_priority_is_the_nearest_one_so_that_the_message_finds_its_queue(int number, Priority expected)
    {
        var bytes = Silo.Current.Serializer.SerializeToArray(new NumberedRequest { Source = "a", Id = "m-1", Priority = number, Durability = 9 });

        var read = Silo.Current.Serializer.Deserialize<EnqueueRequest>(bytes)!;

        Assert.Equal((expected, Durability.Fsync), (read.Priority, read.Durability));
    }

    [Fact]
    public void An_unknown_phase_keeps_its_number()
    {
        var read = Silo.Cross<IReadOnlyList<TaskPhase>>(new[] { (TaskPhase)99 });

        Assert.Equal(99, (int)Assert.Single(read));
        Assert.Equal(99, (int)Silo.Cross(FullSamples.Task with { Phase = (TaskPhase)99 }).Phase);
    }

    [Fact]
    public void A_type_is_known_by_its_own_name_and_not_by_where_it_stands()
    {
        var text = System.Text.Encoding.Latin1.GetString(Silo.Current.Serializer.SerializeToArray<object>(new[] { FullSamples.Delivery }));

        Assert.Contains("hms.Delivery[]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hms.", text, StringComparison.Ordinal);
    }

    private static void Rename<T>(TypeManifestOptions types, string name, Type before)
    {
        types.WellKnownTypeAliases.Remove(types.WellKnownTypeAliases.Single(alias => alias.Value == before).Key);
        types.WellKnownTypeAliases[name] = typeof(T);
    }
}
