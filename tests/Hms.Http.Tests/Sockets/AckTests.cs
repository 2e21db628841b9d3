namespace Hms.Http.Tests.Sockets;

/// <summary>What becomes of deliveries: acked, given back, held longer, or lapsed.</summary>
public sealed class AckTests
{
    [Fact]
    public async Task Ack_with_a_seq_says_what_was_stale()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 3);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":3,"batch":3}""");
        await client.ReceiptsAsync();
        await client.SendAsync("""{"op":"ack","receipts":["r1"]}""");
        await client.SendAsync("""{"op":"ack","seq":5,"receipts":["r1","foreign \"1\"","r2"]}""");
        Assert.Equal("""{"op":"acked","seq":5,"acked":1,"stale":["r1","foreign \"1\""]}""", await client.TextAsync());
        await client.SendAsync("""{"receipts":["r\u0033"],"op":"ack","seq":6}""");
        Assert.Equal("""{"op":"acked","seq":6,"acked":1,"stale":[]}""", await client.TextAsync());
        Assert.Equal(["r1", "r2", "r3"], mailbox.Acked);
    }

    [Fact]
    public async Task Acks_that_come_together_go_to_the_mailbox_together_and_are_answered_each()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 3);
        using var raw = await RawSocket.ConnectAsync(front);
        await raw.WriteAsync(RawSocket.Text("""{"op":"receive","credit":3,"batch":3}"""));
        await raw.TextAsync();
        byte[] together =
        [
            .. RawSocket.Text("""{"op":"ack","seq":1,"receipts":["r1","x"]}"""),
            .. RawSocket.Text("""{"op":"ack","receipts":["r2","r2"]}"""),
            .. RawSocket.Text("""{"op":"ack","seq":2,"receipts":["x","r1","r3","r2"]}"""),
            .. RawSocket.Text("""{"op":"ack","seq":3,"receipts":[]}"""),
        ];
        await raw.WriteAsync(together);
        Assert.Equal("""{"op":"acked","seq":1,"acked":1,"stale":["x"]}""", await raw.TextAsync());
        Assert.Equal("""{"op":"acked","seq":2,"acked":1,"stale":["x","r1","r2"]}""", await raw.TextAsync());
        Assert.Equal("""{"op":"acked","seq":3,"acked":0,"stale":[]}""", await raw.TextAsync());
        Assert.Equal(["r1", "r2", "r3"], mailbox.Acked);
    }

    [Fact]
    public async Task Room_is_given_back_before_the_ack_is_on_the_disk()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 2);
        var disk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.AckPause = disk.Task;
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":1}""");
        Assert.Equal(["r1"], await client.ReceiptsAsync());
        await client.SendAsync("""{"op":"ack","seq":1,"receipts":["r1"]}""");
        Assert.Equal(["r2"], await client.ReceiptsAsync());
        disk.SetResult();
        Assert.Equal("""{"op":"acked","seq":1,"acked":1,"stale":[]}""", await client.TextAsync());
    }

    [Fact]
    public async Task Ack_that_failed_gives_no_room_and_is_said_with_and_without_a_seq()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 3);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":2,"batch":2}""");
        await client.ReceiptsAsync();
        mailbox.AckTrouble = new Fault(ErrorCode.Unavailable, "the store is away");
        await client.SendAsync("""{"op":"ack","receipts":["r1"]}""");
        await client.ErrorAsync(ErrorCode.Unavailable);
        await client.SendAsync("""{"op":"ack","seq":4,"receipts":["r2"]}""");
        await client.ErrorAsync(ErrorCode.Unavailable, 4);
        await client.AssertLivesAsync();
        Assert.Equal(1, mailbox.Ready);
        mailbox.AckTrouble = null;
        await client.SendAsync("""{"op":"ack","receipts":["r1"]}""");
        Assert.Equal(["r3"], await client.ReceiptsAsync());
        Assert.Equal(2, mailbox.OutMax);
    }

    [Fact]
    public async Task Nack_gives_room_back_and_is_passed_on_with_its_members()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 2);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":1}""");
        await client.ReceiptsAsync();
        await client.SendAsync("""{"op":"nack","seq":3,"receipts":["r1","x"],"delay_ms":1500,"dead_letter":true,"reason":"no \"use\""}""");
        var answers = new[] { await client.TextAsync(), await client.TextAsync() };
        Assert.Contains("""{"op":"acked","seq":3,"acked":1,"stale":["x"]}""", answers);
        Assert.Contains(answers, answer => answer!.Contains("\"receipt\":\"r2\"", StringComparison.Ordinal));
        var nack = Assert.Single(mailbox.Nacked);
        Assert.Equal(["r1", "x"], nack.Receipts);
        Assert.Equal((TimeSpan.FromMilliseconds(1_500), true, "no \"use\""), (nack.Delay, nack.DeadLetter, nack.Reason));
    }

    [Fact]
    public async Task Extension_is_passed_on_and_answered()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 1);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":1}""");
        await client.ReceiptsAsync();
        await client.SendAsync("""{"op":"extend","receipts":["r1","x"],"lease_ms":60000,"seq":1}""");
        Assert.Equal("""{"op":"acked","seq":1,"acked":1,"stale":["x"]}""", await client.TextAsync());
        var (receipts, lease) = Assert.Single(mailbox.Extended);
        Assert.Equal(["r1", "x"], receipts);
        Assert.Equal(TimeSpan.FromMinutes(1), lease);
    }

    [Fact]
    public async Task Lease_that_ends_gives_its_room_back()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 1);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":1,"lease_ms":100}""");
        Assert.Equal(["r1"], await client.ReceiptsAsync());
        mailbox.Put(1);
        Assert.Equal(["r2"], await client.ReceiptsAsync());
    }

    [Fact]
    public async Task Lease_that_is_extended_keeps_its_room_until_it_ends_by_another_way()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 2);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":1,"lease_ms":2000}""");
        Assert.Equal(["r1"], await client.ReceiptsAsync());
        await client.SendAsync("""{"op":"extend","receipts":["r1"],"lease_ms":86400000,"seq":1}""");
        await client.NextAsync();

        // Acknowledged over HTTP, say: the mailbox is asked, and tells.
        mailbox.Lapse("r1");
        Assert.Equal(["r2"], await client.ReceiptsAsync());
        Assert.All(mailbox.Watched, watched => Assert.Equal(["r1"], watched));
    }

    [Fact]
    public async Task Mailbox_is_not_asked_who_is_settled_while_acks_come()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, 100);
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"receive","credit":1}""");
        for (var i = 0; i < 100; i++)
        {
            await client.AckAsync(await client.ReceiptsAsync());
        }

        await client.AssertLivesAsync();

        // It is, where an ack takes its time; but not for each of them.
        Assert.InRange(mailbox.Watched.Count, 0, 20);
    }
}
