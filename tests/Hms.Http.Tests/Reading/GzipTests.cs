using System.IO.Compression;
using System.Text;
using Hms.Http.Reading;
using Hms.Http.Tests.Bulk;
using Microsoft.AspNetCore.Http;

namespace Hms.Http.Tests.Reading;

public sealed class GzipTests
{
    private static byte[] Pack(string text) => Pack(Encoding.UTF8.GetBytes(text));

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static ByteArrayContent Content(byte[] bytes, string encoding = "gzip", string type = "application/json")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static Task<HttpResponseMessage> PostAsync(TestFront front, byte[] bytes, string path = "/v1/messages") =>
        front.PostBodyAsync(path, Content(bytes));

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("x-gzip")]
    public async Task Packed_message_arrives_as_it_was_before(string encoding)
    {
        await using var front = await TestFront.StartAsync();
        var message = TestFront.Message.Replace("{}", $"\"{new string('é', 200_000)}\"", StringComparison.Ordinal);
        await front.PostBodyAsync("/v1/messages", Content(Pack(message), encoding)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal(message, Assert.Single(front.Fabric.Sent()));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("")]
    public async Task Body_that_is_not_packed_may_say_so(string encoding)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostBodyAsync("/v1/messages", Content(Encoding.UTF8.GetBytes(TestFront.Message), encoding)).JsonAsync(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("POST", "/v1/messages", TestFront.Message, 202)]
    [InlineData("POST", "/v1/validate", TestFront.Message, 200)]
    [InlineData("POST", "/v1/supervisors/b/messages/ack", """{"receipts":["r1"]}""", 200)]
    [InlineData("POST", "/v1/supervisors/b/heartbeat", """{"load":0.5}""", 200)]
    [InlineData("PUT", "/v1/supervisors/b", """{"supervisor_type":"runtime"}""", 201)]
    [InlineData("PUT", "/v1/topics/t/subscribers/b", """{"from":"new"}""", 201)]
    public async Task Every_body_may_be_packed(string method, string path, string body, int status)
    {
        await using var front = await TestFront.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = Content(Pack(body)) };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await front.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Packed_body_that_is_cut_anywhere_is_a_format_error()
    {
        await using var front = await TestFront.StartAsync();
        var packed = Pack(TestFront.Message);
        for (var length = 0; length < packed.Length; length++)
        {
            await PostAsync(front, packed[..length]).ErrorAsync(ErrorCode.MessageFormat);
            await PostAsync(front, packed[..length], "/v1/supervisors/b/heartbeat").ErrorAsync(ErrorCode.MessageFormat);
        }

        Assert.Empty(front.Fabric.AllSent);
        Assert.Null(front.Fabric.Beat);
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Packed_lines_that_are_cut_anywhere_end_in_an_error()
    {
        await using var front = await TestFront.StartAsync();
        var packed = Pack(Lines.Messages(3));
        for (var length = 0; length < packed.Length; length++)
        {
            using var answer = await front.PostBodyAsync("/v1/messages", Content(packed[..length], type: Lines.ContentType));
            var last = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
            Answers.AssertError(System.Text.Json.Nodes.JsonNode.Parse(last)!, ErrorCode.MessageFormat);
        }

        Assert.All(front.Fabric.Sent(), message => Assert.EndsWith("}", message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Packed_body_that_was_changed_anywhere_is_never_an_error_of_ours()
    {
        await using var front = await TestFront.StartAsync();
        var packed = Pack(TestFront.Message);
        for (var i = 0; i < packed.Length; i++)
        {
            var changed = (byte[])packed.Clone();
            changed[i] ^= 0x10;
            using var answer = await PostAsync(front, changed);
            Assert.True((int)answer.StatusCode is 202 or 400, $"byte {i}: {answer.StatusCode}");
        }

        // Only what the head says besides, such as the time, may be changed.
        Assert.All(front.Fabric.Sent(), message => Assert.Equal(TestFront.Message, message));
        Assert.Empty(front.Logged);
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData(TestFront.Message)]
    public async Task Body_that_is_not_packed_at_all_is_a_format_error(string body)
    {
        await using var front = await TestFront.StartAsync();
        await PostAsync(front, Encoding.UTF8.GetBytes(body)).ErrorAsync(ErrorCode.MessageFormat);
    }

    [Fact]
    public async Task What_follows_the_packed_body_is_a_format_error()
    {
        await using var front = await TestFront.StartAsync();
        await PostAsync(front, [.. Pack(TestFront.Message), 1, 2, 3, 4]).ErrorAsync(ErrorCode.MessageFormat);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, gzip")]
    [InlineData("gzip, identity")]
    [InlineData("gzip;q=1")]
    public async Task Unknown_encoding_is_told_what_there_is(string encoding)
    {
        await using var front = await TestFront.StartAsync();
        foreach (var type in (string[])["application/json", Lines.ContentType])
        {
            using var answer = await front.PostBodyAsync("/v1/messages", Content(Pack(TestFront.Message), encoding, type));
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
            Assert.Equal(["gzip"], answer.Headers.GetValues("Accept-Encoding"));
            var error = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            Answers.AssertError(error, ErrorCode.MessageFormat);
        }

        Assert.Empty(front.Fabric.AllSent);
    }

    [Fact]
    public async Task Two_encodings_in_two_headers_are_several()
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.RawAsync(
            "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 415 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_is_that_of_the_unpacked_body_to_the_byte()
    {
        await using var front = await TestFront.StartAsync(options => options.MessageBytesMax = 2_000);
        var text = TestFront.Message.Replace("{}", $"\"{new string('x', 2_000 - TestFront.Message.Length)}\"", StringComparison.Ordinal);
        Assert.Equal(2_000, text.Length);
        await PostAsync(front, Pack(text)).JsonAsync(HttpStatusCode.Accepted);
        await PostAsync(front, Pack($"{text} ")).ErrorAsync(ErrorCode.PayloadTooLarge);
    }

    [Fact]
    public async Task What_cannot_be_made_smaller_fits_all_the_same()
    {
        await using var front = await TestFront.StartAsync(options => options.MessageBytesMax = 100_000);
        var random = new Random(1);
        var noise = new string([.. Enumerable.Range(0, 100_000 - TestFront.Message.Length).Select(_ => (char)random.Next('0', 'Z'))]);
        var text = Encoding.UTF8.GetBytes(TestFront.Message.Replace("{}", $"\"{noise}\"", StringComparison.Ordinal));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression))
        {
            gzip.Write(text);
        }

        Assert.InRange(packed.ToArray().Length, 100_001, 101_000);
        await PostAsync(front, packed.ToArray()).JsonAsync(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Bomb_is_unpacked_no_further_than_the_limit()
    {
        const int limit = 1_048_576;
        using var bomb = new MemoryStream(Pack(new byte[100_000_000]));
        var context = new DefaultHttpContext();
        context.Request.Body = bomb;
        context.Request.Headers.ContentEncoding = "gzip";
        var before = GC.GetAllocatedBytesForCurrentThread();

        // Everything is there, so that it all happens on this thread.
        var reading = RequestBody.ReadAsync(context.Request, limit);

        Assert.True(reading.IsCompleted);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * limit);
        Assert.InRange(bomb.Position, 1, bomb.Length / 10);
        var refused = await Assert.ThrowsAsync<FaultException>(reading.AsTask);
        Assert.Equal(ErrorCode.PayloadTooLarge, refused.Fault.Code);
    }

    [Fact]
    public async Task Bomb_among_lines_is_one_line_that_is_too_long()
    {
        await using var front = await TestFront.StartAsync(options => options.BulkBytesMax = 10_000_000);
        byte[] lines = [.. Encoding.UTF8.GetBytes(Lines.Messages(1)), .. new byte[100_000_000]];
        var answers = await front.PostBodyAsync("/v1/messages", Content(Pack(lines), type: Lines.ContentType)).LinesAsync();
        Assert.Equal(2, answers.Length);
        Assert.Equal("m1", (string?)answers[0]["id"]);
        Answers.AssertError(answers[1], ErrorCode.PayloadTooLarge);
    }

    [Fact]
    public async Task Body_that_unpacks_to_nothing_for_ever_is_refused()
    {
        await using var front = await TestFront.StartAsync(options => options.MessageBytesMax = 10_000);
        byte[] head = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
        byte[] emptyBlocks = [.. Enumerable.Repeat<byte[]>([0, 0, 0, 0xFF, 0xFF], 4_000).SelectMany(block => block)];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = Content([.. head, .. emptyBlocks]) };
        request.Headers.TransferEncodingChunked = true;
        await front.Client.SendAsync(request).ErrorAsync(ErrorCode.PayloadTooLarge);
        await PostAsync(front, [.. head, .. emptyBlocks]).ErrorAsync(ErrorCode.PayloadTooLarge);
    }

    [Fact]
    public async Task Packed_lines_are_sent_and_answered_like_others()
    {
        await using var front = await TestFront.StartAsync();
        var answers = await front.PostBodyAsync("/v1/messages", Content(Pack(Lines.Messages(10_000)), type: Lines.ContentType)).LinesAsync();
        Assert.Equal(Enumerable.Range(1, 10_000).Select(n => $"m{n}"), answers.Ids());
    }

    [Fact]
    public async Task Limit_of_packed_lines_is_that_of_the_unpacked_body()
    {
        await using var front = await TestFront.StartAsync(options => options.BulkBytesMax = 50_000);
        var answers = await front.PostBodyAsync("/v1/messages", Content(Pack(Lines.Messages(10_000)), type: Lines.ContentType)).LinesAsync();
        Assert.InRange(answers.Length, 300, 500);
        Answers.AssertError(answers[^1], ErrorCode.PayloadTooLarge);
        Assert.Equal(answers.Length - 1, front.Fabric.AllSent.Count);
    }
}
