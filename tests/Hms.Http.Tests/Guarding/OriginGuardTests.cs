namespace Hms.Http.Tests.Guarding;

public sealed class OriginGuardTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8420")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.1.2.3")]
    [InlineData("[::1]:8420")]
    [InlineData("fabric.example")]
    [InlineData("Fabric.Example:8420")]
    public async Task Host_of_loopback_or_configured_is_let_in(string host)
    {
        await using var front = await TestFront.StartAsync(options => options.AllowedHosts.Add("fabric.example"));
        await front.GetAsync("/v1/status", ("Host", host)).JsonAsync();
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("127.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("[::2]")]
    public async Task Foreign_host_is_refused_and_recorded(string host)
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync("/v1/status", ("Host", host)).ErrorAsync(ErrorCode.Forbidden);
        Assert.Contains("SecurityRefusal: ", Assert.Single(front.Logged), StringComparison.Ordinal);
        using var metrics = await front.GetAsync("/metrics");
        Assert.Contains(
            "hms_refused_total{error_code=\"authorization_error\"} 1\n",
            await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_that_is_missing_is_refused()
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.RawAsync("GET /v1/status HTTP/1.0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1:80", 200)]
    [InlineData("[fd00::1]", 200)]
    [InlineData("evil.example", 403)]
    public async Task Insecure_front_is_called_by_any_address_but_not_by_any_name(string host, int status)
    {
        await using var front = await TestFront.StartAsync(options => options.Insecure = true);
        using var answer = await front.GetAsync("/v1/status", ("Host", host));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Star_lets_every_host_in_but_no_foreign_origin()
    {
        await using var front = await TestFront.StartAsync(options => options.AllowedHosts.Add("*"));
        await front.GetAsync("/v1/status", ("Host", "any.example")).JsonAsync();
        await front.GetAsync("/v1/status", ("Host", "any.example"), ("Origin", "http://any.example")).JsonAsync();
        await front.GetAsync("/v1/status", ("Host", "any.example"), ("Origin", "http://evil.example")).ErrorAsync(ErrorCode.Forbidden);
    }

    [Theory]
    [InlineData("http://localhost:3000")]
    [InlineData("https://127.0.0.1")]
    [InlineData("http://[::1]:9")]
    [InlineData("http://fabric.example:1")]
    [InlineData("https://console.example:8443")]
    public async Task Origin_of_loopback_or_configured_is_let_in(string origin)
    {
        await using var front = await TestFront.StartAsync(options =>
        {
            options.AllowedHosts.Add("fabric.example");
            options.AllowedOrigins.Add("https://console.example:8443/");
        });
        await front.PostAsync("/v1/messages", TestFront.Message, ("Origin", origin)).JsonAsync(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("http://evil.example")]
    [InlineData("http://console.example:8443")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("file://localhost")]
    [InlineData("rubbish")]
    public async Task Foreign_origin_is_refused_before_anything_happens(string origin)
    {
        await using var front = await TestFront.StartAsync(options => options.AllowedOrigins.Add("https://console.example:8443"));
        await front.PostAsync("/v1/messages", TestFront.Message, ("Origin", origin)).ErrorAsync(ErrorCode.Forbidden);
        Assert.Null(front.Fabric.Sent);
        Assert.Single(front.Logged);
    }

    [Fact]
    public async Task Foreign_page_cannot_take_messages_by_a_plain_get()
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync("/v1/supervisors/b/messages?ack=auto", ("Sec-Fetch-Site", "cross-site")).ErrorAsync(ErrorCode.Forbidden);
        Assert.Null(front.Fabric.OneMailbox.Received);
        await front.GetAsync("/v1/supervisors/b/messages", ("Sec-Fetch-Site", "same-origin")).JsonAsync();
        await front.GetAsync("/v1/status", ("Sec-Fetch-Site", "cross-site"), ("Origin", "http://127.0.0.1:3000")).JsonAsync();
        using var welcome = await front.GetAsync("/", ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal(HttpStatusCode.OK, welcome.StatusCode);
    }

    [Fact]
    public async Task No_answer_invites_pages_of_other_sites()
    {
        await using var front = await TestFront.StartAsync();
        using var answer = await front.GetAsync("/v1/status", ("Origin", "http://localhost:3000"));
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.False(answer.Headers.Contains("Server"));
    }
}
