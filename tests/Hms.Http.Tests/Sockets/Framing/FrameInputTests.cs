using Hms.Http.Sockets.Framing;

namespace Hms.Http.Tests.Sockets.Framing;

public sealed class FrameInputTests
{
    private const int MessageBytesMax = 300_000;

    private static readonly int[] Lengths = [0, 1, 15, 16, 17, 33, 125, 126, 127, 4_000, 65_534, 65_535, 65_536, 70_000, 200_000, 299_999, 300_000];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Whatever_comes_in_whatever_pieces_is_what_was_sent(int seed)
    {
        var random = new Random(seed);
        var (bytes, expected) = (new List<byte>(), new List<string>());
        for (var i = 0; i < 60; i++)
        {
            Add(bytes, expected, random);
        }

        using var input = new FrameInput(new PiecewiseStream([.. bytes], random), MessageBytesMax);
        var taken = new List<string>();
        do
        {
            while (input.Take(out var payload) is not Incoming.None and var incoming)
            {
                taken.Add(Show(incoming, payload.Span));
            }
        }
        while (await input.FillAsync(CancellationToken.None));

        Assert.True(expected.SequenceEqual(taken), $"seed {seed}: {string.Join(' ', expected)} but {string.Join(' ', taken)}");
        Assert.Equal(bytes.Count, input.Received);
    }

    [Fact]
    public async Task Length_may_be_written_longer_than_it_need_be()
    {
        var payload = "{}"u8.ToArray();
        byte[] bytes = [.. RawSocket.Frame(0x81, payload, lengthForm: 2), .. RawSocket.Frame(0x81, payload, lengthForm: 8)];
        using var input = new FrameInput(new MemoryStream(bytes), MessageBytesMax);
        Assert.True(await input.FillAsync(CancellationToken.None));
        Assert.Equal(Incoming.Text, input.Take(out var first));
        Assert.Equal(payload, first.ToArray());
        Assert.Equal(Incoming.Text, input.Take(out var second));
        Assert.Equal(payload, second.ToArray());
        Assert.Equal(Incoming.None, input.Take(out _));
        Assert.False(await input.FillAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Frame_that_announces_more_than_it_may_is_told_before_it_has_come()
    {
        byte[] bytes = [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4, 5];
        using var input = new FrameInput(new MemoryStream(bytes), MessageBytesMax);
        await input.FillAsync(CancellationToken.None);
        Assert.Equal(Incoming.TooLarge, input.Take(out _));
        Assert.Equal(Incoming.None, input.Take(out _));
    }

    [Fact]
    public async Task Many_small_fragments_cost_no_more_memory_than_their_message()
    {
        var one = RawSocket.Frame(0x00, "x"u8);
        byte[] bytes = [.. RawSocket.Frame(0x01, "x"u8), .. Enumerable.Repeat(one, 99_998).SelectMany(frame => frame), .. RawSocket.Frame(0x80, "x"u8)];
        using var input = new FrameInput(new MemoryStream(bytes), MessageBytesMax);
        while (await input.FillAsync(CancellationToken.None))
        {
            if (input.Take(out var payload) == Incoming.Text)
            {
                Assert.Equal(100_000, payload.Length);
                Assert.Equal(-1, payload.Span.IndexOfAnyExcept((byte)'x'));
                Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(payload, out var array));
                Assert.InRange(array.Array!.Length, 100_000, 300_000);
                return;
            }
        }

        Assert.Fail("the message did not come");
    }

    private static void Add(List<byte> bytes, List<string> expected, Random random)
    {
        var payload = new byte[random.Next(8) == 0 ? MessageBytesMax + random.Next(1, 100_000) : Lengths[random.Next(Lengths.Length)]];
        random.NextBytes(payload);
        var isText = random.Next(3) > 0;
        var fragments = random.Next(4) == 0 ? random.Next(2, 6) : 1;
        var (from, isTold) = (0, false);
        for (var i = 1; i <= fragments; i++)
        {
            var end = i == fragments ? payload.Length : random.Next(from, payload.Length + 1);
            var opcode = i > 1 ? 0 : isText ? 1 : 2;
            bytes.AddRange(RawSocket.Frame((i == fragments ? 0x80 : 0) | opcode, payload.AsSpan(from, end - from)));
            from = end;
            if (from > MessageBytesMax && !isTold)
            {
                isTold = true;
                expected.Add(Show(Incoming.TooLarge, []));
            }

            if (i < fragments && random.Next(2) == 0)
            {
                var ping = new byte[random.Next(126)];
                random.NextBytes(ping);
                bytes.AddRange(RawSocket.Frame(0x89, ping));
                expected.Add(Show(Incoming.Ping, ping));
            }
        }

        if (!isTold)
        {
            expected.Add(Show(isText ? Incoming.Text : Incoming.Binary, payload));
        }
    }

    private static string Show(Incoming incoming, ReadOnlySpan<byte> payload) =>
        $"{incoming}:{payload.Length}:{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(payload))[..8]}";

    /// <summary>Gives what it holds in pieces of every size, and nothing to who asks for nothing.</summary>
    private sealed class PiecewiseStream(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var most = random.Next(3) switch { 0 => 3, 1 => 5_000, _ => 100_000 };
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, most))], cancellationToken);
        }
    }
}
