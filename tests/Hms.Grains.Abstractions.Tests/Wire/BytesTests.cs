using System.Buffers;
using Hms.Abstractions;

namespace Hms.Grains.Tests.Wire;

/// <summary>Messages and the JSON that records hold are bytes on the way, too.</summary>
public sealed class BytesTests
{
    // No JSON, and no text either.
    private static readonly byte[] Any = [0x00, 0xFF, 0xC0, 0x80, 0x22, 0x5C, 0x0A];

    [Fact]
    public void Bytes_arrive_as_they_are_whatever_they_are()
    {
        var record = FullSamples.Task with { Result = Any, ErrorCode = Any, Order = FullSamples.Order with { Parameters = Any } };

        Same.Check(record, Silo.Cross(record));
        Assert.True(Silo.Current.Serializer.SerializeToArray(record).AsSpan().IndexOf(Any) >= 0, "the bytes do not stand in what was written");
    }

    [Fact]
    public void Of_a_slice_only_the_slice_goes()
    {
        var buffer = new byte[1_000_000];
        Any.CopyTo(buffer, 500_000);
        var request = FullSamples.Enqueue with { Message = buffer.AsMemory(500_000, Any.Length) };

        var bytes = Silo.Current.Serializer.SerializeToArray(request);

        Assert.True(bytes.Length < 1_000, $"{bytes.Length} bytes for a message of {Any.Length}");
        Same.Check(request, Silo.Current.Serializer.Deserialize<EnqueueRequest>(bytes));
    }

    [Fact]
    public void What_was_read_does_not_change_with_the_buffer_that_it_was_read_from()
    {
        var buffer = Silo.Current.Serializer.SerializeToArray(FullSamples.Delivery);

        var read = Silo.Current.Serializer.Deserialize<Delivery>(buffer);
        buffer.AsSpan().Fill(0xEE);

        Same.Check(FullSamples.Delivery, read);
    }

    [Fact]
    public void What_was_read_does_not_change_with_the_segments_that_it_was_read_from()
    {
        var large = FullSamples.Delivery with { Message = Enumerable.Range(0, 20_000).Select(i => (byte)i).ToArray() };
        var buffer = Silo.Current.Serializer.SerializeToArray(large);

        var read = Silo.Current.Serializer.Deserialize<Delivery>(Segment.Split(buffer, 4_096));
        buffer.AsSpan().Fill(0xEE);

        Same.Check(large, read);
    }

    [Fact]
    public void Messages_up_to_the_limit_and_beyond_arrive()
    {
        var large = FullSamples.Enqueue with { Message = Enumerable.Range(0, 3 << 20).Select(i => (byte)(i * 31)).ToArray() };

        Same.Check(large, Silo.Cross(large));
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Split(byte[] bytes, int size)
        {
            var first = new Segment { Memory = bytes.AsMemory(0, Math.Min(size, bytes.Length)) };
            var last = first;
            for (var at = size; at < bytes.Length; at += size)
            {
                var next = new Segment { Memory = bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), RunningIndex = at };
                last.Next = next;
                last = next;
            }

            return new(first, 0, last, last.Memory.Length);
        }
    }
}
