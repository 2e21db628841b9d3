using System.Text.Json;
using System.Text.Json.Nodes;
using Hms.Tests;

namespace Hms.Http.Tests.Events;

public sealed class EventTests
{
    private const string Path = "/v1/supervisors/b/events";

    [Fact]
    public async Task Message_comes_as_an_event_with_its_delivery_in_one_line()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        using var events = await EventReader.OpenAsync(front);
        mailbox.Put("{\"id\":\"é\"}");

        Assert.Equal("event: message", await events.LineAsync());
        Assert.Equal("id: 1", await events.LineAsync());
        Assert.Equal(
            """data: {"receipt":"r1","sequence":1,"attempt":1,"leased_until":"2025-05-01T14:30:30.000Z","message":{"id":"é"}}""",
            await events.LineAsync());
        Assert.Equal("", await events.LineAsync());
        Assert.Equal("b", front.Fabric.MailboxAsked);
    }

    [Fact]
    public async Task Head_forbids_whatever_would_hold_the_stream_up()
    {
        await using var front = await TestFront.StartAsync();
        _ = new LiveMailbox(front.Fabric.OneMailbox);
        using var events = await EventReader.OpenAsync(front);
        Assert.Equal("text/event-stream", events.Answer.Content.Headers.ContentType?.ToString());
        Assert.True(events.Answer.Headers.CacheControl?.NoStore);
        Assert.Equal(["no"], events.Answer.Headers.GetValues("X-Accel-Buffering"));
    }

    [Fact]
    public async Task Line_ends_between_the_tokens_of_a_message_become_spaces()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        using var events = await EventReader.OpenAsync(front);
        const string message = "{\r\n  \"id\" :\r\"a\\r\\nb\",\n\n\"x\": [1,\r\n2]}";
        mailbox.Put(message);

        await events.LineAsync();
        await events.LineAsync();
        var data = await events.LineAsync();

        Assert.EndsWith("\"message\":{    \"id\" : \"a\\r\\nb\",  \"x\": [1,  2]}}", data, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(message), JsonNode.Parse(data![6..])!["message"]));
    }

    [Fact]
    public async Task Large_messages_arrive_whole()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        using var events = await EventReader.OpenAsync(front);
        mailbox.Put(Enumerable.Range(1, 20).Select(n => $"{{\"n\":{n},\n\"x\":\"{new string('x', 1_000_000)}\"}}"));
        for (var n = 1; n <= 20; n++)
        {
            var next = await events.EventAsync();
            Assert.Equal((n, n, 1_000_000), (next.Id, (int)next.Data["message"]!["n"]!, ((string)next.Data["message"]!["x"]!).Length));
        }
    }

    [Fact]
    public async Task Parameters_have_the_documented_defaults()
    {
        await using var front = await TestFront.StartAsync();
        _ = new LiveMailbox(front.Fabric.OneMailbox);
        using var events = await EventReader.OpenAsync(front);
        var received = front.Fabric.OneMailbox.Received!;
        Assert.Equal((100, TimeSpan.FromSeconds(30), false), (received.Max, received.Lease, received.AutoAck));
        Assert.Null(front.Fabric.OneMailbox.Redelivered);
    }

    [Fact]
    public async Task Parameters_are_read()
    {
        await using var front = await TestFront.StartAsync();
        _ = new LiveMailbox(front.Fabric.OneMailbox);
        using var events = await EventReader.OpenAsync(front, "?max=1000&lease_ms=5&ack=auto");
        var received = front.Fabric.OneMailbox.Received!;
        Assert.Equal((1_000, TimeSpan.FromMilliseconds(5), true), (received.Max, received.Lease, received.AutoAck));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_named()
    {
        await using var front = await TestFront.StartAsync();
        var answer = front.GetAsync($"{Path}?max=1001&lease_ms=0&ack=no", ("Last-Event-ID", "-1"));
        Assert.Equal(["/Last-Event-ID", "/ack", "/lease_ms", "/max"], await answer.ProblemsAsync());
        Assert.Null(front.Fabric.OneMailbox.Received);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1.5")]
    [InlineData("9223372036854775808")]
    public async Task Last_event_that_is_none_is_refused(string last)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(["/Last-Event-ID"], await front.GetAsync(Path, ("Last-Event-ID", last)).ProblemsAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("5")]
    public async Task Unknown_supervisor_is_not_found_before_the_stream_begins(string? last)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OneMailbox.OnReceive = _ => throw new FaultException(ErrorCode.DestinationNotFound, "no such supervisor");
        front.Fabric.OneMailbox.OnRedeliver = () => throw new FaultException(ErrorCode.DestinationNotFound, "no such supervisor");
        (string, string)[] headers = last is null ? [] : [("Last-Event-ID", last)];
        await front.GetAsync(Path, headers).ErrorAsync(ErrorCode.DestinationNotFound);
    }

    [Fact]
    public async Task Supervisor_that_is_deregistered_ends_the_stream()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        using var events = await EventReader.OpenAsync(front);
        mailbox.Put("{}");
        Assert.Equal(1, (await events.EventAsync()).Id);

        front.Fabric.OneMailbox.OnReceive = _ => throw new FaultException(ErrorCode.DestinationNotFound, "no such supervisor");
        mailbox.Put("{}");

        while (await events.LineAsync() is not null)
        {
        }

        using var metrics = await front.GetAsync("/metrics");
        Assert.Contains(
            "hms_refused_total{error_code=\"destination_not_found\"} 1\n", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_still_held_after_the_last_event_comes_first()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        front.Fabric.OneMailbox.Leased = [LiveMailbox.Delivery(6, "{\"n\":6}"u8.ToArray()), LiveMailbox.Delivery(8, "{\"n\":8}"u8.ToArray())];
        mailbox.Put("{\"n\":1}");
        using var events = await EventReader.OpenAsync(front, "?max=7&lease_ms=1000", ("Last-Event-ID", "5"));

        Assert.Equal(6, (await events.EventAsync()).Id);
        Assert.Equal(8, (await events.EventAsync()).Id);
        Assert.Equal(1, (int)(await events.EventAsync()).Data["message"]!["n"]!);

        Assert.Equal((5, 7, TimeSpan.FromSeconds(1)), front.Fabric.OneMailbox.Redelivered);
        Assert.Equal(5, mailbox.Asked.First().Max);
    }

    [Fact]
    public async Task What_is_sent_again_with_auto_ack_is_acknowledged_too()
    {
        await using var front = await TestFront.StartAsync();
        _ = new LiveMailbox(front.Fabric.OneMailbox);
        front.Fabric.OneMailbox.Leased = [LiveMailbox.Delivery(6, "{}"u8.ToArray()), LiveMailbox.Delivery(7, "{}"u8.ToArray())];
        using var events = await EventReader.OpenAsync(front, "?ack=auto", ("Last-Event-ID", "5"));

        // The fake says of the last receipt that it is stale: somebody else has that message.
        Assert.Equal(6, (await events.EventAsync()).Id);
        Assert.Equal(["r6", "r7"], front.Fabric.OneMailbox.Acked);
    }

    [Fact]
    public async Task Silence_is_broken_by_a_comment_every_ten_seconds()
    {
        var time = new ManualTime();
        await using var front = await TestFront.StartAsync(time: time);
        using var waits = new SemaphoreSlim(0);
        front.Fabric.OneMailbox.OnReceive = async cancellationToken =>
        {
            var wait = front.Fabric.OneMailbox.Received!.Wait;
            if (wait == TimeSpan.Zero)
            {
                return [];
            }

            Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            var over = Task.Delay(wait, time, cancellationToken);
            waits.Release();
            await over;
            return [];
        };
        using var events = await EventReader.OpenAsync(front);
        for (var n = 0; n < 5; n++)
        {
            Assert.True(await waits.WaitAsync(TestFront.Patience));
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(": keep-alive", await events.LineAsync());
            Assert.Equal("", await events.LineAsync());
        }
    }

    [Fact]
    public async Task Silence_is_broken_while_everything_that_may_be_out_is_out()
    {
        var time = new ManualTime();
        await using var front = await TestFront.StartAsync(time: time);
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        using var waits = new SemaphoreSlim(0);
        front.Fabric.OneMailbox.OnAwaitSettled = async (receipts, wait, cancellationToken) =>
        {
            Assert.Equal(["r1", "r2"], receipts);
            var over = Task.Delay(wait, time, cancellationToken);
            waits.Release();
            await over;
            return [];
        };
        mailbox.Put("{}", "{}", "{}");
        using var events = await EventReader.OpenAsync(front, "?max=2");
        await events.EventAsync();
        await events.EventAsync();
        Assert.True(await waits.WaitAsync(TestFront.Patience));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(": keep-alive", await events.LineAsync());
    }

    [Fact]
    public async Task Stop_ends_the_stream_as_a_whole_one()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        using var events = await EventReader.OpenAsync(front);
        mailbox.Put("{}");
        await events.EventAsync();

        await front.App.StopAsync();

        Assert.Null(await events.LineAsync());
        Assert.False(front.Fabric.OneMailbox.Returned.IsCompleted);
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Data_is_a_delivery_with_all_its_members()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OneMailbox.OnReceive = async cancellationToken =>
        {
            if (front.Fabric.OneMailbox.Received!.Wait > TimeSpan.Zero)
            {
                await Cancelled.By(cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return [LiveMailbox.Delivery(1, "{}"u8.ToArray()) with { Topic = "a\"b", TraceParent = "00-a-b-01" }];
        };
        using var events = await EventReader.OpenAsync(front);
        var data = (await events.EventAsync()).Data;
        Assert.Equal("a\"b", (string?)data["topic"]);
        Assert.Equal("00-a-b-01", (string?)data["traceparent"]);
        Assert.Equal(JsonValueKind.Object, data["message"]!.GetValueKind());
    }
}
