using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Sockets;

/// <summary>How a socket is kept, and how it ends.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task Close_is_answered_with_its_own_code_after_what_was_asked_before()
    {
        await using var front = await TestFront.StartAsync();
        var (sent, stored) = (new TaskCompletionSource(), new TaskCompletionSource());
        front.Fabric.OnSend = async _ =>
        {
            sent.SetResult();
            await stored.Task;
            return new SendReceipt("m1", 1, false, Durability.Fsync);
        };
        using var raw = await RawSocket.ConnectAsync(front);
        await raw.WriteAsync(RawSocket.Text($$"""{"op":"send","seq":1,"message":{{TestFront.Message}}}"""));
        await sent.Task.WaitAsync(TestFront.Patience);
        await raw.WriteAsync(RawSocket.Frame(0x88, [0x0F, 0xA1, (byte)'b', (byte)'y', (byte)'e']));
        stored.SetResult();
        Assert.Equal("accepted", (string?)JsonNode.Parse(await raw.TextAsync())!["op"]);
        Assert.Equal(4_001, await raw.ClosedAsync());
    }

    [Fact]
    public async Task Close_without_a_code_is_answered_without_one()
    {
        await using var front = await TestFront.StartAsync();
        using var raw = await RawSocket.ConnectAsync(front);
        await raw.WriteAsync(RawSocket.Frame(0x88, []));
        Assert.Equal(0, await raw.ClosedAsync());
    }

    [Theory]
    [InlineData("close")]
    [InlineData("reset")]
    [InlineData("half")]
    [InlineData("violation")]
    [InlineData("stop")]
    public async Task What_is_unacked_when_a_socket_ends_is_given_back(string end)
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 3);
        using var raw = await RawSocket.ConnectAsync(front);
        await raw.WriteAsync(RawSocket.Text("""{"op":"receive","credit":3,"batch":3}"""));
        await raw.TextAsync();
        await raw.WriteAsync(RawSocket.Text("""{"op":"ack","seq":1,"receipts":["r2"]}"""));
        await raw.TextAsync();
        var isStopped = Task.CompletedTask;
        switch (end)
        {
            case "close":
                await raw.WriteAsync(RawSocket.Frame(0x88, [0x03, 0xE8]));
                break;
            case "reset":
                raw.Reset();
                break;
            case "half":
                raw.Dispose();
                break;
            case "violation":
                await raw.WriteAsync([[0xFF, 0xFF]]);
                break;
            default:
                isStopped = front.App.StopAsync();
                Assert.Equal(1_001, BitConverter.ToUInt16([.. (await raw.ReadAsync())!.Value.Payload[..2].Reverse()]));
                await raw.WriteAsync(RawSocket.Frame(0x88, [0x03, 0xE9]));
                break;
        }

        // Another receiver gets them at once, and no lease has ended yet.
        var got = new List<Delivery>();
        while (got.Count < 2)
        {
            got.AddRange(await mailbox.ReceiveAsync(new ReceiveRequest { Max = 5 }).AsTask().WaitAsync(TestFront.Patience));
        }

        Assert.Equal([1, 3], got.Select(delivery => delivery.Sequence));
        Assert.Equal(["r1", "r3"], mailbox.Returned.Order());
        await isStopped;
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Ack_that_fails_after_the_end_leaves_its_message_to_be_given_back()
    {
        await using var front = await TestFront.StartAsync();
        var failed = new TaskCompletionSource<AckResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var mailbox = SocketMailbox.On(front, 1);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":1}""");
        await client.NextAsync();
        mailbox.AckPause = failed.Task;
        await client.SendAsync("""{"op":"ack","receipts":["r1"]}""");
        await client.AssertLivesAsync();
        client.Socket.Abort();
        failed.SetException(new FaultException(ErrorCode.Unavailable, "the store is away"));
        await front.App.StopAsync();
        Assert.Equal(["r1"], mailbox.Returned);
    }

    [Fact]
    public async Task Stop_answers_what_is_under_way_and_then_says_that_it_goes()
    {
        await using var front = await TestFront.StartAsync();
        var (sent, stored) = (new TaskCompletionSource(), new TaskCompletionSource());
        front.Fabric.OnSend = async _ =>
        {
            sent.SetResult();
            await stored.Task;
            return new SendReceipt("m1", 1, false, Durability.Fsync);
        };
        front.Fabric.OnRequest = async (_, gone) =>
        {
            await Cancelled.By(gone);
            throw new OperationCanceledException(gone);
        };
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"request","seq":1,"message":{},"wait_ms":60000}""");
        await client.SendAsync($$"""{"op":"send","seq":2,"message":{{TestFront.Message}}}""");
        await sent.Task.WaitAsync(TestFront.Patience);

        var isStopped = front.App.StopAsync();
        await client.ErrorAsync(ErrorCode.MessageTimeout, 1);
        stored.SetResult();
        Assert.Equal(2, (int)(await client.NextAsync())["seq"]!);
        Assert.Null(await client.TextAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.Socket.CloseStatus);
        await client.CloseAsync();
        await isStopped;
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Ping_is_answered_with_its_payload_also_amid_a_message()
    {
        await using var front = await TestFront.StartAsync();
        using var raw = await RawSocket.ConnectAsync(front);
        var text = Encoding.UTF8.GetBytes("""{"op":"heartbeat","seq":1}""");
        await raw.WriteAsync(
            RawSocket.Frame(0x8A, "unasked"u8), RawSocket.Frame(0x01, text.AsSpan(0, 5)), RawSocket.Frame(0x89, "ping"u8),
            RawSocket.Frame(0x00, text.AsSpan(5, 4)), RawSocket.Frame(0x00, []), RawSocket.Frame(0x80, text.AsSpan(9)));
        var (first, payload) = (await raw.ReadAsync())!.Value;
        Assert.Equal((0x8A, "ping"), (first, Encoding.UTF8.GetString(payload)));
        Assert.Equal("""{"op":"accepted","seq":1}""", await raw.TextAsync());
    }

    [Fact]
    public async Task Client_that_answers_pings_is_kept_longer_than_an_idle_connection_would_be()
    {
        await using var front = await TestFront.StartAsync(options =>
        {
            options.SocketPingInterval = TimeSpan.FromMilliseconds(500);
            options.KeepAliveTimeout = TimeSpan.FromMilliseconds(500);
            options.HeadersTimeout = TimeSpan.FromMilliseconds(500);
            options.DataRateGrace = TimeSpan.FromMilliseconds(1_001);
        });
        using var raw = await RawSocket.ConnectAsync(front);
        for (var i = 0; i < 6; i++)
        {
            var (first, payload) = (await raw.ReadAsync())!.Value;
            Assert.Equal((0x89, 0), (first, payload.Length));
            await raw.WriteAsync(RawSocket.Frame(0x8A, []));
        }

        await raw.WriteAsync(RawSocket.Text("""{"op":"heartbeat","seq":1}"""));
        while (await raw.ReadAsync() is { First: not 0x81 } frame)
        {
            Assert.Equal(0x89, frame.First);
        }
    }

    [Fact]
    public async Task Client_that_answers_no_ping_is_cut_off_and_what_it_held_is_given_back()
    {
        await using var front = await TestFront.StartAsync(options => options.SocketPingInterval = TimeSpan.FromMilliseconds(200));
        var mailbox = SocketMailbox.On(front, 1);
        using var raw = await RawSocket.ConnectAsync(front);
        await raw.WriteAsync(RawSocket.Text("""{"op":"receive","credit":1}"""));
        while (await raw.ReadAsync() is { } frame)
        {
            Assert.Contains(frame.First, new[] { 0x81, 0x89 });
        }

        Assert.Single(await mailbox.ReceiveAsync(new ReceiveRequest()).AsTask().WaitAsync(TestFront.Patience));
        Assert.Equal(["r1"], mailbox.Returned);
    }

    [Fact]
    public async Task Client_that_is_kept_waiting_by_the_fabric_is_not_taken_for_dead()
    {
        await using var front = await TestFront.StartAsync(options =>
        {
            options.SocketPingInterval = TimeSpan.FromMilliseconds(300);
            options.SocketInFlightMax = 1;
        });
        var stored = new TaskCompletionSource();
        front.Fabric.OnSend = async _ =>
        {
            await stored.Task;
            return new SendReceipt("m1", 1, false, Durability.Fsync);
        };
        using var raw = await RawSocket.ConnectAsync(front);
        await raw.WriteAsync(RawSocket.Text($$"""{"op":"send","seq":1,"message":{{TestFront.Message}}}"""));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(0x89, (await raw.ReadAsync())!.Value.First);
        }

        stored.SetResult();
        while (await raw.ReadAsync() is { First: not 0x81 } frame)
        {
            Assert.Equal(0x89, frame.First);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x81, 0x01, 0x20 })]
    [InlineData(new byte[] { 0xC1, 0x80 })]
    [InlineData(new byte[] { 0x91, 0x80 })]
    [InlineData(new byte[] { 0x83, 0x80 })]
    [InlineData(new byte[] { 0x8B, 0x80 })]
    [InlineData(new byte[] { 0x09, 0x80 })]
    [InlineData(new byte[] { 0x89, 0xFE })]
    [InlineData(new byte[] { 0x80, 0x80, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x88, 0x81, 0, 0, 0, 0, 3 })]
    [InlineData(new byte[] { 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE7 })]
    [InlineData(new byte[] { 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED })]
    [InlineData(new byte[] { 0x88, 0x82, 0, 0, 0, 0, 0x0B, 0xB7 })]
    [InlineData(new byte[] { 0x88, 0x83, 0, 0, 0, 0, 0x03, 0xE8, 0xFF })]
    public async Task Breach_of_the_websocket_protocol_ends_the_socket(byte[] bytes)
    {
        await using var front = await TestFront.StartAsync();
        using var raw = await RawSocket.ConnectAsync(front);
        await raw.WriteAsync(bytes);
        Assert.Equal(1_002, await raw.ClosedAsync());
        Assert.Empty(front.Logged);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frame_that_is_too_large_is_skipped_and_the_socket_lives_on(bool isFragmented)
    {
        await using var front = await TestFront.StartAsync(options => options.FrameBytesMax = 2_000);
        await using var client = await SocketClient.ConnectAsync(front);
        for (var i = 0; i < (isFragmented ? 100 : 0); i++)
        {
            await client.SendAsync(new byte[500], isWhole: false);
        }

        await client.SendAsync(new byte[1_000_000]);
        await client.ErrorAsync(ErrorCode.PayloadTooLarge);
        await client.AssertLivesAsync();
    }

    [Fact]
    public async Task Large_frame_arrives_whole()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var large = SocketClient.Message("x").Replace("{}", $$"""{"x":"{{new string('é', 400_000)}}"}""", StringComparison.Ordinal);
        var frame = Encoding.UTF8.GetBytes($$"""{"op":"send","seq":1,"messages":[{{large}},{{large}},{{large}}]}""");
        for (var rest = frame.AsMemory(); !rest.IsEmpty;)
        {
            var piece = rest[..Math.Min(rest.Length, 300_001)];
            rest = rest[piece.Length..];
            await client.SendAsync(piece, isWhole: rest.IsEmpty);
        }

        Assert.All((await client.NextAsync())["results"]!.AsArray(), result => Assert.Equal("accepted", (string?)result!["status"]));
        Assert.Equal(large, Encoding.UTF8.GetString(front.Fabric.Sent!.Message.Span));
    }
}
