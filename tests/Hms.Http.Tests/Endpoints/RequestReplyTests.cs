using System.Text;

namespace Hms.Http.Tests.Endpoints;

public sealed class RequestReplyTests
{
    private static readonly byte[] ReplyBytes = Encoding.UTF8.GetBytes("{ \"id\":\"r1\",  \"content\":{\"é\":1} }");

    [Theory]
    [InlineData("wait=5", 5)]
    [InlineData("respond-async, WAIT = \"7\"; x=y", 7)]
    [InlineData("wait=3600", 60)]
    [InlineData("wait=99999999999999999999", 60)]
    public async Task Reply_is_written_as_it_is_and_then_confirmed(string prefer, int seconds)
    {
        await using var front = await TestFront.StartAsync();
        var reply = new FakeReply(ReplyBytes);
        front.Fabric.OnRequest = (_, _) => new(reply);

        using var answer = await front.PostAsync("/v1/messages", TestFront.Message, ("Prefer", prefer));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(ReplyBytes, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal($"wait={seconds}", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        Assert.Equal("memory", Assert.Single(answer.Headers.GetValues("Hms-Durability")));
        Assert.Equal(TimeSpan.FromSeconds(seconds), front.Fabric.Waited);
        Assert.True(await reply.Confirmed.WaitAsync(TestFront.Patience));
    }

    [Theory]
    [InlineData("respond-async")]
    [InlineData("wait=soon")]
    [InlineData("wait=-1")]
    [InlineData("wait")]
    [InlineData("waiting=5")]
    public async Task Preference_that_is_not_understood_is_ignored(string prefer)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync("/v1/messages", TestFront.Message, ("Prefer", prefer)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Null(front.Fabric.Waited);
    }

    [Theory]
    [InlineData(ErrorCode.DestinationNotFound)]
    [InlineData(ErrorCode.MessageTimeout)]
    [InlineData(ErrorCode.Internal)]
    public async Task Error_reply_has_its_own_status_and_its_content_is_the_body(ErrorCode code)
    {
        await using var front = await TestFront.StartAsync();
        var content = new Fault(code, "so it is") { SourceMessageId = "m1" }.ToJson();
        var reply = new FakeReply(ReplyBytes, new ErrorReply(code, content));
        front.Fabric.OnRequest = (_, _) => new(reply);

        var error = await front.PostAsync("/v1/messages", TestFront.Message, ("Prefer", "wait=1")).ErrorAsync(code);

        Assert.Equal("so it is", (string?)error["error_message"]);
        Assert.True(await reply.Confirmed.WaitAsync(TestFront.Patience));
    }

    [Fact]
    public async Task No_reply_in_time_is_a_timeout()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnRequest = (_, _) => throw new FaultException(ErrorCode.MessageTimeout, "no reply came");
        await front.PostAsync("/v1/messages", TestFront.Message, ("Prefer", "wait=1")).ErrorAsync(ErrorCode.MessageTimeout);
    }

    [Fact]
    public async Task Reply_for_a_client_that_went_away_is_not_confirmed()
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
        using (var socket = await front.ConnectAsync())
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n"
                + $"Content-Length: {TestFront.Message.Length}\r\n\r\n{TestFront.Message}"));
            await asked.Task.WaitAsync(TestFront.Patience);
        }

        Assert.False(await reply.Confirmed.WaitAsync(TestFront.Patience));
        Assert.Empty(front.Logged);
    }
}
