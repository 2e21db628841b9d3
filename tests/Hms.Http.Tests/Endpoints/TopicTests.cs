using System.Text;

namespace Hms.Http.Tests.Endpoints;

public sealed class TopicTests
{
    private const string Subscribers = "/v1/topics/alerts/subscribers";

    [Fact]
    public async Task Subscription_is_answered_with_what_was_subscribed_to()
    {
        await using var front = await TestFront.StartAsync();

        var created = await front.PutAsync($"{Subscribers}/sup_a", null).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("""{"topic":"alerts","supervisor":"sup_a","from":"new"}""", created.ToJsonString());
        Assert.Equal(("alerts", "sup_a", SubscriptionStart.New), front.Fabric.AllTopics.Subscribed);

        front.Fabric.AllTopics.IsNew = false;
        var again = await front.PutAsync($"{Subscribers}/sup_a", """{"from":"earliest"}""").JsonAsync();
        Assert.Equal("""{"topic":"alerts","supervisor":"sup_a","from":"earliest"}""", again.ToJsonString());
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"from":null}""", null)]
    [InlineData("""{"from":"new","whatever":1}""", null)]
    [InlineData("""{"from":"earliest"}""", 0L)]
    [InlineData("""{"from":1}""", 1L)]
    [InlineData("""{"from":1e3}""", 1_000L)]
    [InlineData("""{"from":9007199254740991}""", 9_007_199_254_740_991L)]
    public async Task Subscription_begins_where_it_is_told(string body, long? sequence)
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.PutAsync($"{Subscribers}/sup_a", body).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(new SubscriptionStart(sequence), front.Fabric.AllTopics.Subscribed!.Value.Start);
        Assert.Equal(sequence switch { null => "\"new\"", 0 => "\"earliest\"", _ => $"{sequence}" }, answer["from"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"from":0}""")]
    [InlineData("""{"from":-1}""")]
    [InlineData("""{"from":1.5}""")]
    [InlineData("""{"from":9007199254740992}""")]
    [InlineData("""{"from":"oldest"}""")]
    [InlineData("""{"from":"7"}""")]
    [InlineData("""{"from":true}""")]
    [InlineData("""{"from":[]}""")]
    public async Task Beginning_that_is_none_is_refused(string body)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(["/from"], await front.PutAsync($"{Subscribers}/sup_a", body).ProblemsAsync());
        Assert.Null(front.Fabric.AllTopics.Subscribed);
    }

    [Theory]
    [InlineData("*", "*")]
    [InlineData("%2A", "*")]
    [InlineData("metrics.*.cpu", "metrics.*.cpu")]
    [InlineData("metrics.>", "metrics.>")]
    [InlineData("metrics.%3E", "metrics.>")]
    [InlineData("metrics%2E%2A%2E%3E", "metrics.*.>")]
    [InlineData("a%2Fb%2F%2A", "a/b/*")]
    public async Task Pattern_may_be_percent_encoded_or_not(string inUrl, string pattern)
    {
        await using var front = await TestFront.StartAsync();
        foreach (var method in (string[])["PUT", "DELETE"])
        {
            var answer = await front.RawAsync(
                $"{method} /v1/topics/{inUrl}/subscribers/a%2Fb HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 20", answer, StringComparison.Ordinal);
        }

        Assert.Equal((pattern, "a/b", SubscriptionStart.New), front.Fabric.AllTopics.Subscribed);
        Assert.Equal((pattern, "a/b"), front.Fabric.AllTopics.Unsubscribed);
    }

    [Theory]
    [InlineData("/v1/topics/a%20b/subscribers/s", "/topic")]
    [InlineData("/v1/topics/%C3%A9/subscribers/s", "/topic")]
    [InlineData("/v1/topics/a/subscribers/s%20t", "/supervisor")]
    [InlineData("/v1/topics/a/subscribers/%2A", "/supervisor")]
    public async Task Name_that_is_none_is_refused(string path, string problem)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal([problem], await front.PutAsync(path, null).ProblemsAsync());
        Assert.Equal([problem], await front.SendAsync(HttpMethod.Delete, path).ProblemsAsync());
        Assert.Null(front.Fabric.AllTopics.Subscribed);
    }

    [Fact]
    public async Task Topic_is_at_most_256_characters_long()
    {
        await using var front = await TestFront.StartAsync();
        var longest = new string('t', 256);
        await front.GetAsync($"/v1/topics/{longest}").JsonAsync();
        Assert.Equal(longest, front.Fabric.AllTopics.Asked);
        Assert.Equal(["/topic"], await front.GetAsync($"/v1/topics/{longest}t").ProblemsAsync());
        Assert.Equal(["/topic"], await front.PutAsync($"/v1/topics/{longest}%2A/subscribers/s", null).ProblemsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/messages")]
    [InlineData("/subscribers")]
    public async Task Reading_takes_a_topic_or_a_star_and_no_other_pattern(string of)
    {
        await using var front = await TestFront.StartAsync();
        foreach (var star in (string[])["*", "%2A", "a%2Fb"])
        {
            await front.GetAsync($"/v1/topics/{star}{of}").JsonAsync();
        }

        Assert.Equal(["/topic"], await front.GetAsync($"/v1/topics/a.*{of}").ProblemsAsync());
        Assert.Equal(["/topic"], await front.GetAsync($"/v1/topics/%3E{of}").ProblemsAsync());
    }

    [Fact]
    public async Task Subscription_is_ended_with_no_content()
    {
        await using var front = await TestFront.StartAsync();
        using var answer = await front.SendAsync(HttpMethod.Delete, $"{Subscribers}/sup_a");
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength ?? 0);
        Assert.Equal(("alerts", "sup_a"), front.Fabric.AllTopics.Unsubscribed);
    }

    [Fact]
    public async Task Topics_are_listed_by_pages()
    {
        await using var front = await TestFront.StartAsync();
        var page = await front.GetAsync("/v1/topics?limit=2&after=a%2Fb").JsonAsync();
        Assert.Equal(("", "a/b", 2), front.Fabric.AllTopics.Listed);
        Assert.Equal(
            """{"topic":"alerts","created_at":"2025-05-01T14:30:00.000Z","first_sequence":3,"next_sequence":7,"messages":4,"bytes":2048,"subscribers":2}""",
            page["items"]![0]!.ToJsonString());
        Assert.Equal("health", (string?)page["next"]);

        await front.GetAsync("/v1/topics").JsonAsync();
        Assert.Equal(("", "", 100), front.Fabric.AllTopics.Listed);
    }

    [Fact]
    public async Task One_topic_is_shown()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal("alerts", (string?)(await front.GetAsync("/v1/topics/alerts").JsonAsync())["topic"]);
        Assert.Equal("*", (string?)(await front.GetAsync("/v1/topics/*").JsonAsync())["topic"]);
    }

    [Fact]
    public async Task Subscribers_are_listed_with_how_far_each_has_come()
    {
        await using var front = await TestFront.StartAsync();
        var page = await front.GetAsync($"{Subscribers}?limit=5&after=sup").JsonAsync();
        Assert.Equal(("alerts", "sup", 5), front.Fabric.AllTopics.Listed);
        Assert.Equal(
            """{"items":[{"supervisor":"sup_a","patterns":[],"cursor":6,"behind":0},{"supervisor":"sup_b","patterns":["al*"],"cursor":4,"behind":2}],"next":"sup_b"}""",
            page.ToJsonString());
    }

    [Fact]
    public async Task Replay_shows_messages_byte_for_byte()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllTopics.Messages = new(
        [
            new TopicMessage(3, FakeFabric.Time, "{ \"id\" : \"é\" }"u8.ToArray()),
            new TopicMessage(4, FakeFabric.Time.AddSeconds(1), "{\"id\":2}"u8.ToArray()),
        ], "5");

        using var answer = await front.GetAsync("/v1/topics/alerts/messages?from=3&limit=2");

        const string expected =
            """{"items":[{"sequence":3,"published_at":"2025-05-01T14:30:00.000Z","message":{ "id" : "é" }},"""
            + """{"sequence":4,"published_at":"2025-05-01T14:30:01.000Z","message":{"id":2}}],"next":"5"}""";
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
        Assert.Equal(Encoding.UTF8.GetByteCount(expected), answer.Content.Headers.ContentLength);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(("alerts", 3, 2), front.Fabric.AllTopics.Read);
    }

    [Fact]
    public async Task Replay_begins_with_the_oldest_and_ends_without_next()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllTopics.Messages = new([], null);
        var page = await front.GetAsync("/v1/topics/alerts/messages").JsonAsync();
        Assert.Equal("""{"items":[]}""", page.ToJsonString());
        Assert.Equal(("alerts", 0, 100), front.Fabric.AllTopics.Read);
    }

    [Theory]
    [InlineData("/v1/topics?limit=0&after=%20", "/after", "/limit")]
    [InlineData("/v1/topics/t/subscribers?limit=1001&after=", "/after", "/limit")]
    [InlineData("/v1/topics/t/messages?from=-1&limit=x", "/from", "/limit")]
    public async Task Parameters_that_are_wrong_are_named(string path, params string[] problems)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(problems, await front.GetAsync(path).ProblemsAsync());
    }

    [Theory]
    [InlineData("GET", "/v1/topics/t")]
    [InlineData("GET", "/v1/topics/t/messages")]
    [InlineData("GET", "/v1/topics/t/subscribers")]
    [InlineData("PUT", "/v1/topics/t/subscribers/s")]
    [InlineData("DELETE", "/v1/topics/t/subscribers/s")]
    public async Task What_the_fabric_refuses_is_an_error(string method, string path)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllTopics.Refusal = new Fault(ErrorCode.DestinationNotFound, "there is no topic t");
        await front.SendAsync(new HttpMethod(method), path).ErrorAsync(ErrorCode.DestinationNotFound);
    }
}
