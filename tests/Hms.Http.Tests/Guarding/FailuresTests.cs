using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hms.Http.Tests.Guarding;

public sealed class FailuresTests
{
    public static TheoryData<ErrorCode> Codes => [.. ErrorCodes.All];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Fault_becomes_an_error_response_with_its_status(ErrorCode code)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSend = _ => throw new FaultException(new Fault(code, "no") { SourceMessageId = "m1" });

        using var answer = await front.PostAsync("/v1/messages", TestFront.Message);

        Assert.Equal(code.HttpStatus(), (int)answer.StatusCode);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Answers.AssertError(error, code);
        Assert.Equal("m1", (string?)error["source_message_id"]);
        Assert.Equal(code.HttpStatus() is 429 or 503, answer.Headers.RetryAfter is not null);
        Assert.Equal(code == ErrorCode.Unauthenticated, answer.Headers.WwwAuthenticate.Count > 0);
        using var metrics = await front.GetAsync("/metrics");
        Assert.Contains(
            $"hms_refused_total{{error_code=\"{code.WireName()}\"}} 1\n",
            await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2_000, 2)]
    [InlineData(2_001, 3)]
    [InlineData(0, 1)]
    public async Task Retry_after_is_in_whole_seconds_rounded_up(int milliseconds, int seconds)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSend = _ => throw new FaultException(
            new Fault(ErrorCode.MailboxFull, "full") { RetryAfter = TimeSpan.FromMilliseconds(milliseconds) });
        using var answer = await front.PostAsync("/v1/messages", TestFront.Message);
        Assert.Equal(TimeSpan.FromSeconds(seconds), answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Conflict_shows_the_record_as_it_stands()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSend = _ => throw new FaultException(new Fault(ErrorCode.Conflict, "another body") { Record = "{\"a\":1}"u8.ToArray() });
        var error = await front.PostAsync("/v1/messages", TestFront.Message).ErrorAsync(ErrorCode.Conflict);
        Assert.Equal("""{"a":1}""", error["error_details"]!.ToJsonString());
    }

    [Fact]
    public async Task Exception_of_ours_leaks_nothing_and_is_logged_once()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSend = _ => throw new InvalidOperationException("secret");
        var error = await front.PostAsync("/v1/messages", TestFront.Message).ErrorAsync(ErrorCode.Internal);
        Assert.DoesNotContain("secret", error.ToJsonString(), StringComparison.Ordinal);
        Assert.StartsWith("RequestBroken: POST /v1/messages", Assert.Single(front.Logged), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/v1")]
    [InlineData("/v1/supervisors//messages")]
    [InlineData("/v1/supervisors/a/b/c")]
    public async Task Unknown_route_is_not_found(string path)
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync(path).ErrorAsync(ErrorCode.DestinationNotFound);
    }

    [Fact]
    public async Task Wrong_method_is_told_which_are_allowed()
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync("/v1/messages").ErrorAsync(ErrorCode.DestinationNotFound, 405);
        using var answer = await front.PostAsync("/v1/supervisors/a", "{}");
        Assert.Equal(["DELETE", "GET", "PUT"], answer.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData(400, "message_format_error")]
    [InlineData(415, "message_format_error")]
    [InlineData(500, "internal_error")]
    public async Task Bare_status_of_another_endpoint_gets_a_body(int status, string code)
    {
        await using var front = await TestFront.StartAsync(further: app => app.MapGet("/bare", context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }));
        var error = await front.GetAsync("/bare").JsonAsync((HttpStatusCode)status);
        Assert.Equal(code, (string?)error["error_code"]);
    }

    [Theory]
    [InlineData(400, "message_format_error")]
    [InlineData(408, "message_timeout")]
    [InlineData(413, "payload_too_large")]
    public async Task What_kestrel_finds_wrong_with_a_body_is_answered_in_our_words(int status, string code)
    {
        await using var front = await TestFront.StartAsync(further: app =>
            app.MapGet("/bad", (RequestDelegate)(_ => throw new BadHttpRequestException("bad", status))));
        var error = await front.GetAsync("/bad").JsonAsync((HttpStatusCode)status);
        Assert.Equal(code, (string?)error["error_code"]);
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Answer_that_breaks_off_in_the_middle_is_not_taken_for_a_whole_one()
    {
        await using var front = await TestFront.StartAsync(further: app => app.MapGet("/half", async context =>
        {
            await context.Response.WriteAsync("half");
            throw new InvalidOperationException("broken");
        }));
        await Assert.ThrowsAsync<HttpRequestException>(() => front.Client.GetStringAsync("/half"));
        Assert.Single(front.Logged);
    }
}
