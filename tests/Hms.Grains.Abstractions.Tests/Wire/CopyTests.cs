using System.Runtime.InteropServices;
using Hms.Abstractions;
using Hms.Protocol.Coordination;
using Orleans.Serialization.Invocation;

namespace Hms.Grains.Tests.Wire;

/// <summary>A call within one silo hands over what it was given.</summary>
public sealed class CopyTests
{
    public static TheoryData<string> Objects =>
        [.. FullSamples.All.Select(sample => sample.Value.GetType()).Where(type => !type.IsValueType).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Objects))]
    public void A_copy_is_the_same_object(string type)
    {
        var sample = FullSamples.All.Single(sample => sample.Value.GetType().Name == type);

        Assert.Same(sample.Value, sample.Copy());
        Assert.Same(sample.Value, Silo.Copy(sample.Value));
    }

    [Fact]
    public void A_copied_delivery_is_the_same_object_with_the_same_memory()
    {
        var delivery = FullSamples.Delivery;

        var copy = Silo.Copy(delivery);

        Assert.Same(delivery, copy);
        Assert.Same(ArrayOf(delivery.Message), ArrayOf(copy.Message));
    }

    [Fact]
    public void A_struct_is_copied_with_what_it_refers_to()
    {
        var outcome = new EnqueueOutcome(new EnqueueResult(1, true, "m-1", 2), FullSamples.Fault);

        var copy = Silo.Copy(outcome);

        Assert.Equal(outcome, copy);
        Assert.Same(outcome.Fault, copy.Fault);
    }

    [Fact]
    public void A_result_keeps_its_objects()
    {
        var list = Response.FromResult<IReadOnlyList<Delivery>>([FullSamples.Delivery]);
        var tuple = Response.FromResult((Moved.Now, FullSamples.Task, true));

        Assert.Same(FullSamples.Delivery, Silo.Copy(list).GetResult<IReadOnlyList<Delivery>>()![0]);
        Assert.Same(FullSamples.Task, Silo.Copy(tuple).GetResult<(Moved, TaskRecord, bool)>().Item2);
    }

    private static byte[] ArrayOf(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) ? segment.Array! : throw new InvalidOperationException("no array");
}
