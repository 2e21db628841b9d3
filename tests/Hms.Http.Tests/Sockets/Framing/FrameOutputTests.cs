using Hms.Http.Sockets.Framing;

namespace Hms.Http.Tests.Sockets.Framing;

public sealed class FrameOutputTests
{
    [Fact]
    public async Task What_is_said_while_one_writes_goes_out_in_one_piece()
    {
        var sent = 0L;
        await using var stream = new ScriptedStream(default, endsAfter: true);
        using var output = new FrameOutput(stream, frames => sent += frames);
        var first = output.Append(1, Say);
        var last = 0L;
        for (var i = 2; i <= 100; i++)
        {
            last = output.Append(i, Say);
        }

        Assert.Equal(last, output.Pending);
        var taken = output.TakenAsync(last, CancellationToken.None).AsTask();
        stream.Release();
        Assert.True(await output.TakenAsync(first, CancellationToken.None));
        Assert.False(taken.IsCompleted);
        stream.Release();
        Assert.True(await taken.WaitAsync(TestFront.Patience));
        Assert.Equal(last, stream.Written);
        Assert.Equal(0, output.Pending);
        Assert.Equal(100, sent);
    }

    [Fact]
    public async Task Nothing_follows_the_close_frame()
    {
        using var stream = new MemoryStream();
        using var output = new FrameOutput(stream, static _ => { });
        output.Close(CloseCodes.GoingAway, "bye");
        Assert.False(await output.TakenAsync(output.Append(1, Say), CancellationToken.None));
        output.AppendControl(Opcode.Ping, default);
        Assert.Equal([0x88, 5, 0x03, 0xE9, (byte)'b', (byte)'y', (byte)'e'], stream.ToArray());
    }

    [Fact]
    public async Task Who_waits_on_a_broken_connection_hears_so()
    {
        var stream = new ScriptedStream(default, endsAfter: true);
        using var output = new FrameOutput(new BrokenStream(stream), static _ => { });
        var waiting = output.TakenAsync(output.Append(1, Say), CancellationToken.None).AsTask();
        stream.Release();
        Assert.False(await waiting.WaitAsync(TestFront.Patience));
        Assert.False(await output.TakenAsync(output.Append(1, Say), CancellationToken.None));
        Assert.True(output is { Pending: 0, IsFull: false });
    }

    [Fact]
    public void What_fails_to_be_written_leaves_nothing_behind()
    {
        using var stream = new MemoryStream();
        using var output = new FrameOutput(stream, static _ => { });
        Assert.Throws<InvalidOperationException>(() => output.Append(1, static (to, _) =>
        {
            to.Begin();
            to.Write("half"u8);
            throw new InvalidOperationException();
        }));
        output.Append(7, Say);
        Assert.Equal([0x81, 1, (byte)'7'], stream.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Frames_of_many_are_never_mixed(int seed)
    {
        using var stream = new MemoryStream();
        using var output = new FrameOutput(stream, static _ => { });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(who => Task.Run(() =>
        {
            var random = new Random((seed * 100) + who);
            for (var i = 0; i < 500; i++)
            {
                output.Append((who, random.Next(1, 300)), static (to, say) =>
                {
                    to.Begin();
                    to.Write(new string((char)('a' + say.who), say.Item2));
                    to.End();
                });
            }
        })));
        Assert.True(await output.EmptyAsync(CancellationToken.None).AsTask().WaitAsync(TestFront.Patience));
        var (left, frames) = (stream.ToArray().AsMemory(), 0);
        while (!left.IsEmpty)
        {
            var (header, length) = left.Span[1] < 126 ? (2, left.Span[1]) : (4, (left.Span[2] << 8) | left.Span[3]);
            Assert.Equal(-1, left.Span.Slice(header + 1, length - 2).IndexOfAnyExcept(left.Span[header + 1]));
            left = left[(header + length)..];
            frames++;
        }

        Assert.Equal(4_000, frames);
    }

    private static void Say(OutputBuffer to, int number)
    {
        to.Begin();
        to.Write((long)number);
        to.End();
    }

    /// <summary>Breaks when its write is let go.</summary>
    private sealed class BrokenStream(ScriptedStream inner) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            throw new IOException("gone");
        }
    }
}
