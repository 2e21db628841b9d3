using System.Text;

namespace Hms.Http.Tests.Endpoints;

public sealed class SendingTests
{
    [Fact]
    public async Task Message_is_handed_on_byte_for_byte_and_answered_with_its_receipt()
    {
        await using var front = await TestFront.StartAsync();
        var message = TestFront.Message.Replace("{}", "{\"é\" : 1.50,\r\n\"x\":\"\\u00e9\"}", StringComparison.Ordinal);

        var receipt = await front.PostAsync("/v1/messages", message).JsonAsync(HttpStatusCode.Accepted);

        Assert.Equal("""{"id":"m1","status":"accepted","deliveries":1,"duplicate":false,"durability":"fsync"}""", receipt.ToJsonString());
        Assert.Equal(message, Encoding.UTF8.GetString(front.Fabric.Sent!.Message.Span));
        Assert.Null(front.Fabric.Sent.IdempotencyKey);
        Assert.Null(front.Fabric.Sent.TraceParent);
    }

    [Theory]
    [InlineData("memory", Durability.Memory)]
    [InlineData("fsync", Durability.Fsync)]
    public async Task Durability_is_what_the_header_says(string header, Durability durability)
    {
        await using var front = await TestFront.StartAsync();
        var receipt = await front.PostAsync("/v1/messages", TestFront.Message, ("Hms-Durability", header)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal(header, (string?)receipt["durability"]);
        Assert.Equal(durability, front.Fabric.Sent!.Durability);
    }

    [Fact]
    public async Task Every_header_that_is_wrong_is_named()
    {
        await using var front = await TestFront.StartAsync();
        var answer = front.PostAsync("/v1/messages", TestFront.Message, ("Hms-Durability", "disk"), ("Idempotency-Key", "\"open"));
        Assert.Equal(["/Hms-Durability", "/Idempotency-Key"], await answer.ProblemsAsync());
        Assert.Null(front.Fabric.Sent);
    }

    [Theory]
    [InlineData("key-1", "key-1")]
    [InlineData("\"key-1\"", "key-1")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    [InlineData("a b", "a b")]
    public async Task Idempotency_key_may_be_bare_or_quoted(string header, string key)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync("/v1/messages", TestFront.Message, ("Idempotency-Key", header)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal(key, front.Fabric.Sent!.IdempotencyKey);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"a\"b")]
    [InlineData("\"a\\x\"")]
    public async Task Idempotency_key_that_is_none_is_refused(string header)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(["/Idempotency-Key"], await front.PostAsync("/v1/messages", TestFront.Message, ("Idempotency-Key", header)).ProblemsAsync());
    }

    [Fact]
    public async Task Idempotency_key_is_at_most_256_characters_long()
    {
        await using var front = await TestFront.StartAsync();
        var answer = front.PostAsync("/v1/messages", TestFront.Message, ("Idempotency-Key", new string('k', 257)));
        Assert.Equal(["/Idempotency-Key"], await answer.ProblemsAsync());
    }

    [Fact]
    public async Task Traceparent_goes_with_the_message_where_it_is_well_formed()
    {
        await using var front = await TestFront.StartAsync();
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        await front.PostAsync("/v1/messages", TestFront.Message, ("traceparent", trace)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal(trace, front.Fabric.Sent!.TraceParent);

        await front.PostAsync("/v1/messages", TestFront.Message, ("traceparent", "00-xyz")).JsonAsync(HttpStatusCode.Accepted);
        Assert.Null(front.Fabric.Sent!.TraceParent);
    }

    [Fact]
    public async Task Message_sent_in_chunks_arrives_whole()
    {
        await using var front = await TestFront.StartAsync();
        var message = TestFront.Message.Replace("{}", $"\"{new string('x', 200_000)}\"", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = TestFront.Json(message) };
        request.Headers.TransferEncodingChunked = true;

        await front.Client.SendAsync(request).JsonAsync(HttpStatusCode.Accepted);

        Assert.Equal(message, Encoding.UTF8.GetString(front.Fabric.Sent!.Message.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task What_is_no_message_is_a_format_error(string body)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync("/v1/messages", body).ErrorAsync(ErrorCode.MessageFormat);
    }

    [Fact]
    public async Task Error_names_the_message_that_caused_it()
    {
        await using var front = await TestFront.StartAsync();
        var error = await front.PostAsync("/v1/messages", TestFront.Message.Replace("\"a\"", "7", StringComparison.Ordinal)).ErrorAsync(ErrorCode.Validation);
        Assert.Equal("m1", (string?)error["source_message_id"]);
        Assert.Equal("/source", (string?)error["error_details"]![0]!["path"]);
    }

    [Fact]
    public async Task Validate_tells_every_problem_and_sends_nothing()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal("""{"valid":true,"errors":[]}""", (await front.PostAsync("/v1/validate", TestFront.Message).JsonAsync()).ToJsonString());

        var wrong = await front.PostAsync("/v1/validate", """{"id":1,"version":"1.0"}""").JsonAsync();

        Assert.False((bool)wrong["valid"]!);
        Assert.Contains("/id", wrong["errors"]!.AsArray().Select(problem => (string?)problem!["path"]));
        Assert.Contains("/content", wrong["errors"]!.AsArray().Select(problem => (string?)problem!["path"]));
        Assert.False((bool)(await front.PostAsync("/v1/validate", "rubbish").JsonAsync())["valid"]!);
        Assert.Null(front.Fabric.Sent);
    }
}
