using System.Text;

namespace Hms.Http.Tests.Sockets;

public sealed class RequestTests
{
    private static readonly byte[] ReplyBytes = Encoding.UTF8.GetBytes("{ \"id\":\"r1\",  \"content\":{\"é\":1} }");

    [Fact]
    public async Task Reply_is_written_as_it_is_and_then_confirmed()
    {
        await using var front = await TestFront.StartAsync();
        var reply = new FakeReply(ReplyBytes);
        front.Fabric.OnRequest = (_, _) => new(reply);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync($$"""{"op":"request","seq":3,"message":{{TestFront.Message}},"durability":"memory","idempotency_key":"k"}""");
        Assert.Equal($$"""{"op":"reply","seq":3,"message":{{Encoding.UTF8.GetString(ReplyBytes)}}}""", await client.TextAsync());
        Assert.True(await reply.Confirmed.WaitAsync(TestFront.Patience));
        Assert.Equal(TestFront.Message, Encoding.UTF8.GetString(front.Fabric.Sent!.Message.Span));
        Assert.Equal((Durability.Memory, "k"), (front.Fabric.Sent.Durability, front.Fabric.Sent.IdempotencyKey));
        Assert.Equal(TimeSpan.FromSeconds(20), front.Fabric.Waited);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1500.0", 1_500)]
    [InlineData("60001", 60_000)]
    [InlineData("9007199254740993", 60_000)]
    public async Task Wait_is_clamped(string wait, int milliseconds)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnRequest = (_, _) => new(new FakeReply(ReplyBytes));
        await using var client = await SocketClient.ConnectAsync(front);
        await client.AskAsync($$"""{"op":"request","seq":1,"wait_ms":{{wait}},"message":{} }""");
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), front.Fabric.Waited);
    }

    [Fact]
    public async Task Reply_that_is_an_error_response_is_a_reply()
    {
        await using var front = await TestFront.StartAsync();
        var reply = new FakeReply(ReplyBytes, new ErrorReply(ErrorCode.Internal, new Fault(ErrorCode.Internal, "no").ToJson()));
        front.Fabric.OnRequest = (_, _) => new(reply);
        await using var client = await SocketClient.ConnectAsync(front);
        var answer = await client.AskAsync("""{"op":"request","seq":1,"message":{} }""");
        Assert.Equal("reply", (string?)answer["op"]);
        Assert.Equal("r1", (string?)answer["message"]!["id"]);
        Assert.True(await reply.Confirmed.WaitAsync(TestFront.Patience));
    }

    [Theory]
    [InlineData(ErrorCode.MessageTimeout)]
    [InlineData(ErrorCode.DestinationNotFound)]
    public async Task Refusal_is_an_error_with_the_seq(ErrorCode code)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnRequest = (_, _) => throw new FaultException(new Fault(code, "so it is") { SourceMessageId = "m1" });
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"request","seq":1,"message":{} }""");
        Assert.Equal("m1", (string?)(await client.ErrorAsync(code, 1))["source_message_id"]);
        await client.AssertLivesAsync();
    }

    [Fact]
    public async Task Requests_wait_side_by_side_and_keep_nothing_else_waiting()
    {
        await using var front = await TestFront.StartAsync();
        var waiting = Enumerable.Range(0, 100).Select(_ => new TaskCompletionSource<Reply>()).ToArray();
        var asked = -1;
        front.Fabric.OnRequest = (_, _) => new(waiting[Interlocked.Increment(ref asked)].Task);
        await using var client = await SocketClient.ConnectAsync(front);
        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync($$"""{"op":"request","seq":{{i}},"message":{} }""");
        }

        await client.AssertLivesAsync();
        for (var i = 99; i >= 0; i--)
        {
            waiting[i].SetResult(new FakeReply(ReplyBytes));
            Assert.Equal(i, (int)(await client.NextAsync())["seq"]!);
        }
    }

    [Fact]
    public async Task One_request_too_many_is_refused_and_the_others_wait_on()
    {
        await using var front = await TestFront.StartAsync();
        var reply = new TaskCompletionSource<Reply>();
        front.Fabric.OnRequest = (_, _) => new(reply.Task);
        await using var client = await SocketClient.ConnectAsync(front);
        for (var i = 0; i <= 1_024; i++)
        {
            await client.SendAsync($$"""{"op":"request","seq":{{i}},"message":{} }""");
        }

        await client.ErrorAsync(ErrorCode.RateLimited, 1_024);
        reply.SetResult(new FakeReply(ReplyBytes));
        for (var i = 0; i < 1_024; i++)
        {
            Assert.Equal("reply", (string?)(await client.NextAsync())["op"]);
        }
    }

    [Fact]
    public async Task Request_with_a_message_that_is_too_large_is_refused()
    {
        await using var front = await TestFront.StartAsync(options => options.MessageBytesMax = 1_024);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync($$"""{"op":"request","seq":1,"message":"{{new string('x', 1_100)}}"}""");
        await client.ErrorAsync(ErrorCode.PayloadTooLarge, 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Socket_that_ends_calls_its_requests_off_and_confirms_nothing(bool isOrderly)
    {
        await using var front = await TestFront.StartAsync();
        var reply = new FakeReply(ReplyBytes);
        var asked = new TaskCompletionSource();
        front.Fabric.OnRequest = async (_, gone) =>
        {
            asked.SetResult();
            await Cancelled.By(gone);
            return reply;
        };
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"request","seq":1,"message":{},"wait_ms":60000}""");
        await asked.Task.WaitAsync(TestFront.Patience);
        if (isOrderly)
        {
            await client.CloseAsync();
        }
        else
        {
            client.Socket.Abort();
        }

        Assert.False(await reply.Confirmed.WaitAsync(TestFront.Patience));
        Assert.Empty(front.Logged);
    }
}
