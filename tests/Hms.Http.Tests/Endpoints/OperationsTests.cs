namespace Hms.Http.Tests.Endpoints;

public sealed class OperationsTests
{
    [Fact]
    public async Task Process_that_answers_is_live()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal("""{"status":"live"}""", (await front.GetAsync("/health/live").JsonAsync()).ToJsonString());
        using var head = await front.SendAsync(HttpMethod.Head, "/health/ready");
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Fact]
    public async Task Fabric_that_cannot_write_is_not_ready_but_goes_on_being_read()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal("""{"status":"ready"}""", (await front.GetAsync("/health/ready").JsonAsync()).ToJsonString());

        front.Fabric.Status = front.Fabric.Status with { Problem = "the store is away: the disk is full", Supervisors = null };

        using var ready = await front.GetAsync("/health/ready");
        Assert.Equal(TimeSpan.FromSeconds(1), ready.Headers.RetryAfter?.Delta);
        var error = await Task.FromResult(ready).ErrorAsync(ErrorCode.Unavailable);
        Assert.Equal("the store is away: the disk is full", (string?)error["error_message"]);
        await front.GetAsync("/v1/supervisors/b").JsonAsync();
        await front.GetAsync("/v1/supervisors/b/messages").JsonAsync();
        var status = await front.GetAsync("/v1/status").JsonAsync();
        Assert.Equal("the store is away: the disk is full", (string?)status["problem"]);
        Assert.False((bool)status["writable"]!);
        Assert.False(status.AsObject().ContainsKey("supervisors"));
    }

    [Fact]
    public async Task Whether_a_process_is_ready_it_says_without_asking_others()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.StatusAnswers = false;

        Assert.Equal("""{"status":"ready"}""", (await front.GetAsync("/health/ready").JsonAsync()).ToJsonString());
    }

    [Fact]
    public async Task Status_says_what_this_fabric_is()
    {
        await using var front = await TestFront.StartAsync();
        var status = await front.GetAsync("/v1/status").JsonAsync();
        Assert.Equal("1.0", (string?)status["protocol_version"]);
        Assert.Equal("open", (string?)status["mode"]);
        Assert.Equal("standalone", (string?)status["engine"]);
        Assert.Equal("sqlite", (string?)status["storage"]);
        Assert.Equal("fsync", (string?)status["durability"]);
        Assert.Equal(3, (long)status["counters"]!["accepted"]!);
        Assert.Equal(2, (int)status["supervisors"]!);
        Assert.Matches(@"^\d+\.\d+\.\d+$", (string?)status["version"]);
    }

    [Fact]
    public async Task Front_page_says_where_to_look()
    {
        await using var front = await TestFront.StartAsync();
        using var answer = await front.GetAsync("/");
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("/openapi/v1.json", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
