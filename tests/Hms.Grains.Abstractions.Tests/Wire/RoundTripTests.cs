using System.Collections;
using Hms.Protocol;

namespace Hms.Grains.Tests.Wire;

/// <summary>What is sent is what arrives.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string> Names => [.. FullSamples.All.Select(sample => sample.Value.GetType().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_that_says_everything_arrives_as_it_was(string type)
    {
        var sample = Find(FullSamples.All, type);

        Same.Check(sample.Value, sample.Cross());
        Same.Check(sample.Value, Silo.Cross(sample.Value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_that_says_as_little_as_can_be_arrives_as_it_was(string type)
    {
        var sample = Find(MinimalSamples.All, type);

        Same.Check(sample.Value, sample.Cross());
        Same.Check(sample.Value, Silo.Cross(sample.Value));
    }

    [Fact]
    public void Both_kinds_of_samples_have_every_type_that_has_a_converter()
    {
        var carried = Silo.Current.Carried.Select(type => type.Name).Order();

        Assert.Equal(carried, FullSamples.All.Select(sample => sample.Value.GetType().Name).Order());
        Assert.Equal(carried, MinimalSamples.All.Select(sample => sample.Value.GetType().Name).Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_full_sample_leaves_no_member_out(string type)
    {
        var value = Find(FullSamples.All, type).Value;

        Assert.Empty(Same.Members(value).Where(member => !Says(member.GetValue(value))).Select(member => member.Name));
    }

    [Fact]
    public void No_value_arrives_as_none()
    {
        Assert.Null(Silo.Cross<Fault?>(null));
        Assert.Null(Silo.Cross<Hms.Abstractions.MailboxCounts?>(null));
    }

    [Fact]
    public void A_double_arrives_to_the_last_bit()
    {
        var beat = new Heartbeat { Load = BitConverter.Int64BitsToDouble(0x3FD5_5555_5555_5555) };

        Assert.Equal(0x3FD5_5555_5555_5555, BitConverter.DoubleToInt64Bits(Silo.Cross(beat).Load!.Value));
    }

    private static Sample Find(IReadOnlyList<Sample> samples, string type) => samples.Single(sample => sample.Value.GetType().Name == type);

    private static bool Says(object? value) => value switch
    {
        null => false,
        string text => text.Length > 0,
        ReadOnlyMemory<byte> bytes => !bytes.IsEmpty,
        IEnumerable items => items.Cast<object?>().Any(),
        ValueType some => !some.Equals(Activator.CreateInstance(some.GetType())),
        _ => true,
    };
}
