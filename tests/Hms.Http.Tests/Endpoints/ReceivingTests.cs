using System.Text;
using System.Text.Json;

namespace Hms.Http.Tests.Endpoints;

public sealed class ReceivingTests
{
    private const string Path = "/v1/supervisors/b/messages";

    private static Delivery Delivery(byte[] message, long sequence = 1, string? topic = null, string? trace = null) =>
        new($"r{sequence}", sequence, 2, FakeFabric.Time.AddSeconds(sequence), topic, trace, message);

    [Fact]
    public async Task Deliveries_are_written_in_order_around_the_bytes_of_the_messages()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OneMailbox.OnReceive = _ => new(
        [
            Delivery("{ \"id\" : \"é\" }"u8.ToArray(), 1),
            Delivery("{\"id\":2}"u8.ToArray(), 2, "health", "00-a-b-01"),
        ]);

        using var answer = await front.GetAsync(Path);

        const string expected =
            """{"deliveries":[{"receipt":"r1","sequence":1,"attempt":2,"leased_until":"2025-05-01T14:30:01.000Z","message":{ "id" : "é" }},"""
            + """{"receipt":"r2","sequence":2,"attempt":2,"leased_until":"2025-05-01T14:30:02.000Z","topic":"health","traceparent":"00-a-b-01","message":{"id":2}}]}""";
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
        Assert.Equal(Encoding.UTF8.GetByteCount(expected), answer.Content.Headers.ContentLength);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal("b", front.Fabric.MailboxAsked);
    }

    [Fact]
    public async Task Nothing_came_is_an_empty_list()
    {
        await using var front = await TestFront.StartAsync();
        using var answer = await front.GetAsync(Path);
        Assert.Equal("""{"deliveries":[]}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Large_messages_arrive_whole()
    {
        await using var front = await TestFront.StartAsync();
        var message = Encoding.UTF8.GetBytes($"{{\"content\":\"{new string('x', 1_000_000)}\"}}");
        front.Fabric.OneMailbox.OnReceive = _ => new([.. Enumerable.Range(1, 20).Select(n => Delivery(message, n))]);

        var answer = await front.GetAsync(Path).JsonAsync();

        Assert.All(answer["deliveries"]!.AsArray(), delivery => Assert.Equal(1_000_000, ((string)delivery!["message"]!["content"]!).Length));
        Assert.Equal(20, answer["deliveries"]!.AsArray().Count);
    }

    [Fact]
    public async Task Parameters_have_the_documented_defaults()
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync(Path).JsonAsync();
        Assert.Equal(
            new ReceiveRequest { Max = 10, Wait = TimeSpan.Zero, Lease = TimeSpan.FromSeconds(30), AutoAck = false },
            front.Fabric.OneMailbox.Received);
    }

    [Fact]
    public async Task Parameters_are_read()
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync($"{Path}?max=1000&wait_ms=20000&lease%5Fms=86400000&ack=auto&whatever=x").JsonAsync();
        Assert.Equal(
            new ReceiveRequest { Max = 1_000, Wait = TimeSpan.FromSeconds(20), Lease = TimeSpan.FromDays(1), AutoAck = true },
            front.Fabric.OneMailbox.Received);
    }

    [Theory]
    [InlineData("60001")]
    [InlineData("99999999999999999999999")]
    public async Task Wait_that_is_too_long_is_clamped(string wait)
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync($"{Path}?wait_ms={wait}").JsonAsync();
        Assert.Equal(TimeSpan.FromSeconds(60), front.Fabric.OneMailbox.Received!.Wait);
    }

    [Theory]
    [InlineData("max=0", "/max")]
    [InlineData("max=1001", "/max")]
    [InlineData("max=ten", "/max")]
    [InlineData("max=", "/max")]
    [InlineData("max=1%00", "/max")]
    [InlineData("max=%31%zz", "/max")]
    [InlineData("max=1&max=2", "/max")]
    [InlineData("max", "/max")]
    [InlineData("lease_ms=0", "/lease_ms")]
    [InlineData("lease_ms=86400001", "/lease_ms")]
    [InlineData("lease_ms=1e3", "/lease_ms")]
    [InlineData("wait_ms=-1", "/wait_ms")]
    [InlineData("wait_ms=%2B1", "/wait_ms")]
    [InlineData("ack=manual", "/ack")]
    [InlineData("ack=", "/ack")]
    public async Task Parameter_that_is_wrong_is_named(string query, string path)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal([path], await front.GetAsync($"{Path}?{query}").ProblemsAsync());
        Assert.Null(front.Fabric.OneMailbox.Received);
    }

    [Fact]
    public async Task All_parameters_that_are_wrong_are_named()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(["/ack", "/lease_ms", "/max", "/wait_ms"], await front.GetAsync($"{Path}?max=0&wait_ms=x&lease_ms=0&ack=no").ProblemsAsync());
    }

    [Fact]
    public async Task Receiver_that_goes_away_while_it_waits_calls_the_receive_off()
    {
        await using var front = await TestFront.StartAsync();
        var (waits, calledOff) = (new TaskCompletionSource(), new TaskCompletionSource());
        front.Fabric.OneMailbox.OnReceive = async gone =>
        {
            waits.SetResult();
            await Cancelled.By(gone);
            calledOff.SetResult();
            throw new OperationCanceledException(gone);
        };
        using (var socket = await front.ConnectAsync())
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {Path}?wait_ms=60000 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            await waits.Task.WaitAsync(TestFront.Patience);
        }

        await calledOff.Task.WaitAsync(TestFront.Patience);
        Assert.Empty(front.Logged);
        front.Fabric.OneMailbox.OnReceive = null;
        await front.GetAsync(Path).JsonAsync();
    }

    [Fact]
    public async Task What_a_receiver_did_not_take_is_given_back_without_noise()
    {
        await using var front = await TestFront.StartAsync();
        var message = new byte[1_000_000];
        message.AsSpan().Fill((byte)'1');
        front.Fabric.OneMailbox.OnReceive = _ => new([.. Enumerable.Range(1, 100).Select(n => Delivery(message, n))]);
        using (var socket = await front.ConnectAsync())
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {Path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            Assert.NotEqual(0, await socket.ReceiveAsync(new byte[100]));
        }

        Assert.Equal(Enumerable.Range(1, 100).Select(n => $"r{n}"), await front.Fabric.OneMailbox.Returned.WaitAsync(TestFront.Patience));
        front.Fabric.OneMailbox.OnReceive = null;
        await front.GetAsync(Path).JsonAsync();
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Message_that_comes_just_after_its_receiver_went_away_is_given_back()
    {
        await using var front = await TestFront.StartAsync();
        var waits = new TaskCompletionSource();
        front.Fabric.OneMailbox.OnReceive = async gone =>
        {
            waits.SetResult();
            await Cancelled.By(gone);
            return [Delivery("{}"u8.ToArray())];
        };
        using (var socket = await front.ConnectAsync())
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {Path}?wait_ms=60000 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            await waits.Task.WaitAsync(TestFront.Patience);
        }

        Assert.Equal(["r1"], await front.Fabric.OneMailbox.Returned.WaitAsync(TestFront.Patience));
    }

    [Fact]
    public async Task What_a_receiver_took_is_not_given_back()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OneMailbox.OnReceive = _ => new([Delivery("{}"u8.ToArray())]);
        await front.GetAsync(Path).JsonAsync();
        await front.App.StopAsync();
        Assert.False(front.Fabric.OneMailbox.Returned.IsCompleted);
    }

    [Fact]
    public async Task Timestamp_and_texts_are_written_as_json_wants_them()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OneMailbox.OnReceive = _ => new([Delivery("{}"u8.ToArray(), 1, "a\"b") with { Receipt = "r\\1" }]);
        var delivery = (await front.GetAsync(Path).JsonAsync())["deliveries"]![0]!;
        Assert.Equal("a\"b", (string?)delivery["topic"]);
        Assert.Equal("r\\1", (string?)delivery["receipt"]);
        Assert.Equal(JsonValueKind.Object, delivery["message"]!.GetValueKind());
    }
}
