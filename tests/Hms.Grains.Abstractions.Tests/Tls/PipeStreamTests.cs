using System.IO.Pipelines;
using Hms.Grains.Tls;

namespace Hms.Grains.Tests.Tls;

public sealed class PipeStreamTests : IAsyncDisposable
{
    private readonly Pipe _in = new();
    private readonly Pipe _out = new();
    private readonly PipeStream _stream;

    public PipeStreamTests() => _stream = new PipeStream(new Ends(_in.Reader, _out.Writer));

    [Fact]
    public async Task What_came_is_read_in_the_pieces_asked_for_to_its_end()
    {
        await _in.Writer.WriteAsync(new byte[] { 1, 2, 3 });
        await _in.Writer.CompleteAsync();
        var buffer = new byte[2];

        Assert.Equal(2, await _stream.ReadAsync(buffer));
        Assert.Equal([1, 2], buffer);
        Assert.Equal(1, await _stream.ReadAsync(buffer));
        Assert.Equal(3, buffer[0]);
        Assert.Equal(0, await _stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task Read_for_nothing_waits_until_there_is_something_and_leaves_it()
    {
        var waiting = _stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);

        await _in.Writer.WriteAsync(new byte[] { 7 });

        Assert.Equal(0, await waiting);
        var buffer = new byte[1];
        Assert.Equal(1, await _stream.ReadAsync(buffer));
        Assert.Equal(7, buffer[0]);
    }

    // TLS reads for nothing first: when that was all that heard of the end, the connection stayed open until its peer went.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Connection_that_is_being_closed_is_at_its_end_for_every_read_from_then_on(int bytes)
    {
        var waiting = _stream.ReadAsync(new byte[bytes]).AsTask();

        _in.Reader.CancelPendingRead();

        Assert.Equal(0, await waiting);
        Assert.Equal(0, await _stream.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task What_is_written_is_sent_at_once()
    {
        await _stream.WriteAsync(new byte[] { 1 });
        Assert.True(_out.Reader.TryRead(out var first));
        Assert.Equal(1, first.Buffer.Length);
        _out.Reader.AdvanceTo(first.Buffer.End);

        _stream.Write([2, 3], 1, 1);
        Assert.True(_out.Reader.TryRead(out var second));
        Assert.Equal(3, second.Buffer.FirstSpan[0]);
    }

    [Fact]
    public async Task Writing_to_who_has_gone_or_what_is_being_closed_fails()
    {
        _out.Writer.CancelPendingFlush();
        await Assert.ThrowsAsync<IOException>(() => _stream.WriteAsync(new byte[1]).AsTask());

        await _out.Reader.CompleteAsync();
        await Assert.ThrowsAsync<IOException>(() => _stream.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task End_of_the_stream_is_that_of_the_connection()
    {
        await _stream.DisposeAsync();

        Assert.True((await _out.Reader.ReadAsync()).IsCompleted);
        Assert.True((await _in.Writer.FlushAsync()).IsCompleted);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
