namespace Hms.Http.Tests.Sockets;

public sealed class ReceiveTests
{
    [Fact]
    public async Task Delivery_is_written_around_the_bytes_of_its_message()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OneMailbox.OnReceive = Once(
            new Delivery("r\"1", 7, 2, FakeFabric.Time.AddSeconds(30), null, null, "{ \"id\" : \"é\" }"u8.ToArray()),
            new Delivery("r2", 8, 1, FakeFabric.Time.AddSeconds(31), "health", "00-a-b-01", "{\"id\":2}"u8.ToArray()));
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":2}""");
        Assert.Equal(
            """{"op":"delivery","receipt":"r\"1","sequence":7,"attempt":2,"leased_until":"2025-05-01T14:30:30.000Z","message":{ "id" : "é" }}""",
            await client.TextAsync());
        Assert.Equal(
            """{"op":"delivery","receipt":"r2","sequence":8,"attempt":1,"leased_until":"2025-05-01T14:30:31.000Z","topic":"health","traceparent":"00-a-b-01","message":{"id":2}}""",
            await client.TextAsync());
        Assert.Equal(
            new ReceiveRequest { Max = 2, Wait = TimeSpan.FromSeconds(60), Lease = TimeSpan.FromSeconds(30) },
            front.Fabric.OneMailbox.Received);
    }

    [Fact]
    public async Task Deliveries_share_a_frame_where_a_batch_is_granted()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OneMailbox.OnReceive = Once(
            [.. Enumerable.Range(1, 5).Select(n => new Delivery($"r{n}", n, 1, FakeFabric.Time, null, null, "{}"u8.ToArray()))]);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":10,"batch":2,"lease_ms":5000}""");
        Assert.Equal(
            """{"op":"deliveries","deliveries":[{"receipt":"r1","sequence":1,"attempt":1,"leased_until":"2025-05-01T14:30:00.000Z","message":{}},"""
            + """{"receipt":"r2","sequence":2,"attempt":1,"leased_until":"2025-05-01T14:30:00.000Z","message":{}}]}""",
            await client.TextAsync());
        Assert.Equal(["r3", "r4"], await client.ReceiptsAsync());
        Assert.Equal(["r5"], await client.ReceiptsAsync());
        Assert.Equal(TimeSpan.FromSeconds(5), front.Fabric.OneMailbox.Received!.Lease);
    }

    [Fact]
    public async Task Frame_of_large_deliveries_is_ended_early()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 6, 40_000);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":100,"batch":100}""");
        Assert.Equal(["r1", "r2"], await client.ReceiptsAsync());
        Assert.Equal(["r3", "r4"], await client.ReceiptsAsync());
        Assert.Equal(["r5", "r6"], await client.ReceiptsAsync());
        Assert.Equal(6, mailbox.Out);
    }

    [Fact]
    public async Task Nothing_is_delivered_before_credit_is_granted()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 3);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.AssertLivesAsync();
        await client.SendAsync("""{"op":"receive","credit":0}""");
        await client.AssertLivesAsync();
        Assert.Equal(3, mailbox.Ready);
    }

    [Theory]
    [InlineData(1, 1, 200)]
    [InlineData(7, 1, 1_000)]
    [InlineData(50, 10, 3_000)]
    [InlineData(1_500, 100, 5_000)]
    public async Task Credit_is_never_exceeded_and_acks_give_it_back(int credit, int batch, int count)
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, count);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync($$"""{"op":"receive","credit":{{credit}},"batch":{{batch}}}""");
        var (received, held) = (0, new List<string>());
        while (received < count)
        {
            var receipts = await client.ReceiptsAsync();
            Assert.InRange(receipts.Length, 1, batch);
            received += receipts.Length;
            held.AddRange(receipts);
            Assert.True(held.Count <= credit);
            if (held.Count == credit || received == count)
            {
                await client.AckAsync(held);
                held.Clear();
            }
        }

        await client.AssertLivesAsync();
        Assert.Equal(Enumerable.Range(1, count).Select(n => $"r{n}"), mailbox.Acked);
        Assert.True(mailbox.OutMax <= credit);
    }

    [Fact]
    public async Task New_credit_stands_for_the_old_one()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 0);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":10}""");
        while (mailbox.Asked.IsEmpty)
        {
            await client.AssertLivesAsync();
        }

        // The receive that waits for ten is called off, and one that waits for two takes its place.
        await client.SendAsync("""{"op":"receive","credit":2}""");
        while (mailbox.Asked.Count < 2)
        {
            await client.AssertLivesAsync();
        }

        mailbox.Put(5);
        Assert.Equal(["r1"], await client.ReceiptsAsync());
        Assert.Equal(["r2"], await client.ReceiptsAsync());
        await client.SendAsync("""{"op":"receive","credit":4,"batch":5}""");
        Assert.Equal(["r3", "r4"], await client.ReceiptsAsync());
        await client.SendAsync("""{"op":"receive","credit":0}""");
        await client.AckAsync(["r1", "r2", "r3"]);
        await client.AssertLivesAsync();
        Assert.Equal((4, 1, 1), (mailbox.OutMax, mailbox.Out, mailbox.Ready));
    }

    [Fact]
    public async Task What_comes_for_a_credit_that_was_lowered_is_given_back()
    {
        await using var front = await TestFront.StartAsync();
        var (asked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        front.Fabric.OneMailbox.OnReceive = async _ =>
        {
            asked.TrySetResult();
            await go.Task;
            return [.. Enumerable.Range(1, 4).Select(n => new Delivery($"r{n}", n, 1, FakeFabric.Time, null, null, "{}"u8.ToArray()))];
        };
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":4,"batch":4}""");
        await asked.Task.WaitAsync(TestFront.Patience);
        await client.SendAsync("""{"op":"receive","credit":1,"batch":4}""");
        await client.AssertLivesAsync();
        go.SetResult();
        Assert.Equal(["r1"], await client.ReceiptsAsync());
        Assert.Equal(["r2", "r3", "r4"], await front.Fabric.OneMailbox.Returned.WaitAsync(TestFront.Patience));
    }

    [Fact]
    public async Task Another_lease_is_asked_for_at_once()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 0);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":1,"lease_ms":1000}""");
        while (mailbox.Asked.IsEmpty)
        {
            await client.AssertLivesAsync();
        }

        await client.SendAsync("""{"op":"receive","credit":1,"lease_ms":2000}""");
        while (mailbox.Asked.Count < 2)
        {
            await client.AssertLivesAsync();
        }

        Assert.Equal([1_000, 2_000], mailbox.Asked.Select(asked => asked.Lease.TotalMilliseconds));
    }

    [Fact]
    public async Task Trouble_of_the_mailbox_is_said_once_and_deliveries_go_on_after_it()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 1);
        mailbox.Trouble = new Fault(ErrorCode.Unavailable, "the store is away");
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":5}""");
        await client.ErrorAsync(ErrorCode.Unavailable);
        while (mailbox.Asked.Count < 2)
        {
            await client.AssertLivesAsync();
        }

        mailbox.Trouble = null;
        Assert.Equal(["r1"], await client.ReceiptsAsync());
    }

    [Fact]
    public async Task Sockets_of_one_supervisor_compete()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 4);
        await using var one = await SocketClient.ConnectAsync(front);
        await using var other = await SocketClient.ConnectAsync(front);
        await one.SendAsync("""{"op":"receive","credit":2,"batch":2}""");
        Assert.Equal(["r1", "r2"], await one.ReceiptsAsync());
        await other.SendAsync("""{"op":"receive","credit":9,"batch":9}""");
        Assert.Equal(["r3", "r4"], await other.ReceiptsAsync());

        // A receipt may be acknowledged on any of them.
        await other.AckAsync(["r1"]);
        await other.AssertLivesAsync();
        Assert.Equal(["r1"], mailbox.Acked);
    }

    private static Func<CancellationToken, ValueTask<IReadOnlyList<Delivery>>> Once(params Delivery[] deliveries)
    {
        var left = deliveries;
        return async gone =>
        {
            if (Interlocked.Exchange(ref left, []) is { Length: > 0 } now)
            {
                return now;
            }

            await Cancelled.By(gone);
            throw new OperationCanceledException(gone);
        };
    }
}
