using System.Net.Sockets;
using Hms.Http.Guarding;
using Hms.Http.Sockets;
using Hms.Http.Sockets.Framing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hms.Http.Tests.Sockets;

/// <summary>A client that does not read, or says nothing, costs no memory.</summary>
public sealed class FlowTests
{
    [Fact]
    public async Task Client_that_takes_no_answers_is_no_longer_read_from()
    {
        const int count = 20_000;
        await using var front = await TestFront.StartAsync();
        var sent = 0;
        front.Fabric.OnSendMany = requests =>
        {
            sent += requests.Count;
            return new([.. requests.Select(_ => new SendOutcome(new SendReceipt(new string('i', 200), 1, false, Durability.Fsync), null))]);
        };
        var frame = RawSocket.Text("""{"op":"send","seq":1,"message":{}}""");
        await using var stream = new ScriptedStream(Enumerable.Repeat(frame, count).SelectMany(bytes => bytes).ToArray(), endsAfter: true);
        await using var session = Session(front, stream);

        // Everything is there at once, so this comes back when the session has stopped reading.
        var running = session.RunAsync();

        Assert.False(running.IsCompleted);
        Assert.InRange(sent, 500, 2_000);
        Assert.True(stream.Left > count * frame.Length / 2);
        stream.Release(count);
        await running.WaitAsync(TestFront.Patience);
        Assert.Equal(count, sent);
        Assert.Equal(0, stream.Left);
    }

    [Fact]
    public async Task Client_that_takes_no_deliveries_leaves_them_in_the_mailbox()
    {
        const int bytes = 100_000;
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 300, bytes);
        await using var stream = new ScriptedStream(RawSocket.Text("""{"op":"receive","credit":10000}"""), endsAfter: false);
        using var gone = new CancellationTokenSource();
        await using var session = Session(front, stream, gone.Token);
        var running = session.RunAsync();
        while (stream.Written < 290 * bytes)
        {
            Assert.True(await stream.WriteAsync());
            Assert.InRange((300 - mailbox.Ready) * (long)bytes - stream.Written, -100_000, 2 * 1024 * 1024);
            stream.Release();
        }

        await gone.CancelAsync();
        stream.Release(100);
        await running.WaitAsync(TestFront.Patience);
        Assert.Equal(300, mailbox.Ready);
    }

    [Fact]
    public async Task Reply_that_is_not_taken_is_not_confirmed()
    {
        await using var front = await TestFront.StartAsync();
        var reply = new FakeReply("{}"u8.ToArray());
        front.Fabric.OnRequest = (_, _) => new(reply);
        await using var stream = new ScriptedStream(RawSocket.Text("""{"op":"request","seq":1,"message":{}}"""), endsAfter: true);
        await using var session = Session(front, stream);
        await session.RunAsync().WaitAsync(TestFront.Patience);
        Assert.False(await reply.Confirmed);
    }

    [Fact]
    public async Task Socket_that_waits_holds_no_memory_and_kestrel_waits_with_it()
    {
        Task<int>? waiting = null;
        await using var front = await TestFront.StartAsync(further: app => app.MapGet("/raw", async context =>
        {
            await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            waiting = stream.ReadAsync(Memory<byte>.Empty).AsTask();
            Assert.False(waiting.IsCompleted);
            await stream.WriteAsync("!"u8.ToArray());
            Assert.Equal(0, await waiting);
            using var input = new FrameInput(stream, 1_000);
            Assert.True(await input.FillAsync(CancellationToken.None));
            Assert.Equal(Incoming.Text, input.Take(out var payload));
            await stream.WriteAsync(payload);
        }));
        using var socket = await front.ConnectAsync();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("GET /raw HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
            // The head of the answer.
        }

        Assert.Equal('!', reader.Read());
        await stream.WriteAsync(RawSocket.Text("echo"));
        Assert.Equal("echo", await reader.ReadToEndAsync());
        Assert.True(waiting!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waiting_begins_with_a_read_of_nothing()
    {
        var asked = new List<int>();
        using var input = new FrameInput(new AskingStream(RawSocket.Text("one"), asked), 1_000);
        Assert.True(await input.FillAsync(CancellationToken.None));
        Assert.Equal(Incoming.Text, input.Take(out _));
        Assert.False(await input.FillAsync(CancellationToken.None));
        Assert.Equal([0, 65_536, 0, 65_536], asked);
    }

    [Theory]
    [InlineData(1_023, 4_096, 1_024, 1)]
    [InlineData(1_024, 0, 1_024, 1)]
    [InlineData(1_024, 1, 1_023, 1)]
    [InlineData(1_024, 1, 1_024, 0)]
    public async Task Option_out_of_range_is_refused_at_the_start(int frame, int count, int bytes, int seconds)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => TestFront.StartAsync(options =>
        {
            options.FrameBytesMax = frame;
            options.SocketInFlightMax = count;
            options.SocketInFlightBytesMax = bytes;
            options.SocketPingInterval = TimeSpan.FromSeconds(seconds);
        }));
        Assert.Matches("FrameBytesMax|SocketInFlightMax|SocketInFlightBytesMax|SocketPingInterval", refusal.Message);
    }

    private static SocketSession Session(TestFront front, Stream stream, CancellationToken gone = default)
    {
        var services = front.App.Services;
        return new SocketSession(
            new DefaultHttpContext { RequestAborted = gone }, stream, front.Fabric, "b", services.GetRequiredService<HttpOptions>(),
            services.GetRequiredService<Failures>(), services.GetRequiredService<SocketMetrics>(), TimeProvider.System, gone);
    }

    /// <summary>Remembers how much was asked for.</summary>
    private sealed class AskingStream(byte[] bytes, List<int> asked) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            asked.Add(buffer.Length);
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
