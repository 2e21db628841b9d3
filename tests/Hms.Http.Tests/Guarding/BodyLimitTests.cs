using System.Text;

namespace Hms.Http.Tests.Guarding;

public sealed class BodyLimitTests
{
    private const int Max = 2_000;

    private static Task<TestFront> StartAsync() => TestFront.StartAsync(options => options.MessageBytesMax = Max);

    private static string MessageOf(int bytes)
    {
        var padding = new string('x', bytes - TestFront.Message.Length);
        return TestFront.Message.Replace("{}", $"\"{padding}\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_of_just_the_limit_is_taken()
    {
        await using var front = await StartAsync();
        await front.PostAsync("/v1/messages", MessageOf(Max)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal(Max, front.Fabric.Sent!.Message.Length);
    }

    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/v1/validate")]
    [InlineData("/v1/supervisors/b/messages/ack")]
    public async Task Body_of_one_byte_more_is_refused(string path)
    {
        await using var front = await StartAsync();
        await front.PostAsync(path, MessageOf(Max + 1)).ErrorAsync(ErrorCode.PayloadTooLarge);
        Assert.Null(front.Fabric.Sent);
    }

    [Fact]
    public async Task Body_that_announces_too_much_is_refused_before_it_is_sent()
    {
        await using var front = await StartAsync();
        using var socket = await front.ConnectAsync();
        await socket.SendAsync("POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"u8.ToArray());
        var buffer = new byte[4_096];
        using var patience = new CancellationTokenSource(TestFront.Patience);
        var count = await socket.ReceiveAsync(buffer, patience.Token);
        Assert.StartsWith("HTTP/1.1 413 ", Encoding.ASCII.GetString(buffer, 0, count), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_in_chunks_is_refused_once_it_is_too_large()
    {
        await using var front = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = TestFront.Json(MessageOf(Max + 1)) };
        request.Headers.TransferEncodingChunked = true;
        await front.Client.SendAsync(request).ErrorAsync(ErrorCode.PayloadTooLarge);
        Assert.Null(front.Fabric.Sent);
    }

    [Fact]
    public async Task Connection_lives_on_after_a_refusal()
    {
        await using var front = await StartAsync();
        var tooMuch = MessageOf(Max + 1);
        var answer = await front.RawAsync(
            $"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: {tooMuch.Length}\r\n\r\n{tooMuch}"
            + "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("{\"status\":\"live\"}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_that_breaks_off_makes_no_noise()
    {
        await using var front = await StartAsync();
        using (var socket = await front.ConnectAsync())
        {
            await socket.SendAsync("POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"id\":"u8.ToArray());
        }

        await front.PostAsync("/v1/messages", TestFront.Message).JsonAsync(HttpStatusCode.Accepted);
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Chunks_that_are_no_http_are_a_format_error()
    {
        await using var front = await StartAsync();
        var answer = await front.RawAsync("POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("message_format_error", answer, StringComparison.Ordinal);
    }
}
