using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Entities;

public sealed class MailboxEntityTests : IDisposable
{
    private static readonly ReceiveRequest One = new() { Max = 1 };
    private static readonly ReceiveRequest OneWithinAMinute = One with { Wait = TimeSpan.FromMinutes(1) };
    private readonly World _world = new();
    private readonly FabricMetrics _metrics = new();

    private HandStore Store => _world.Store;

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Message_is_not_handed_out_before_it_is_durable()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics);
        var sent = mailbox.EnqueueAsync(World.Message("m1")).AsTask();
        var received = mailbox.ReceiveAsync(One).AsTask();
        Assert.False(sent.IsCompleted || received.IsCompleted);

        Store.CommitAll();

        await sent;
        Assert.Single(await received);
    }

    [Fact]
    public async Task Memory_message_is_handed_out_at_once()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics);

        await mailbox.EnqueueAsync(World.Message("m1", Durability.Memory));

        Assert.Single(await mailbox.ReceiveAsync(One));
    }

    [Fact]
    public async Task Receiver_that_goes_away_before_it_got_its_messages_gives_them_back_at_once()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics);
        await Store.CommitUntilAsync(mailbox.EnqueueAsync(World.Message("m1")).AsTask());
        _ = mailbox.EnqueueAsync(World.Message("m2")).AsTask();
        using var gone = new CancellationTokenSource();
        var left = mailbox.ReceiveAsync(One, gone.Token).AsTask();
        Assert.False(left.IsCompleted);

        await gone.CancelAsync();
        Store.CommitAll();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var next = Assert.Single(await Store.CommitUntilAsync(mailbox.ReceiveAsync(One).AsTask()));
        Assert.Equal(("""{"id":"m1"}""", 1), (System.Text.Encoding.UTF8.GetString(next.Message.Span), next.Attempt));
    }

    [Fact]
    public async Task Messages_whose_bodies_cannot_be_read_are_given_back_at_once()
    {
        var world = new World(bodyBytes: 0);
        var mailbox = await world.OpenMailboxAsync(_metrics);
        await world.Store.CommitUntilAsync(mailbox.EnqueueAsync(World.Message("m1")).AsTask());
        world.Store.ReadFailure = new StoreException("away");
        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(mailbox.ReceiveAsync(One).AsTask())).Code);

        world.Store.ReadFailure = null;

        Assert.Equal(1, Assert.Single(await mailbox.ReceiveAsync(One)).Attempt);
    }

    [Fact]
    public async Task Reply_whose_requester_went_away_in_the_last_moment_is_given_back_at_once()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics);
        var ticket = new ReplyTicket("worker", "r1", "r1", ["other"], Earlier: true);
        var answer = World.Message("a1", source: "other") with { CorrelationId = "r1" };
        await Store.CommitUntilAsync(mailbox.EnqueueAsync(answer).AsTask());
        using var gone = new CancellationTokenSource();
        var left = mailbox.AwaitReplyAsync(ticket, TimeSpan.Zero, gone.Token).AsTask();
        Assert.False(left.IsCompleted);

        await gone.CancelAsync();
        Store.CommitAll();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.Single(await Store.CommitUntilAsync(mailbox.ReceiveAsync(One).AsTask()));
    }

    [Fact]
    public async Task Signal_that_reaches_one_who_has_his_message_already_is_handed_on()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics);
        await Store.CommitUntilAsync(mailbox.EnqueueAsync(World.Message("m1")).AsTask());
        _ = mailbox.EnqueueAsync(World.Message("m2", Durability.Memory)).AsTask();
        var hasHis = mailbox.ReceiveAsync(OneWithinAMinute).AsTask();
        await mailbox.ReceiveAsync(One);
        var waits = mailbox.ReceiveAsync(OneWithinAMinute).AsTask();

        await mailbox.EnqueueAsync(World.Message("m3", Durability.Memory));
        Assert.False(hasHis.IsCompleted);
        Store.CommitAll();

        Assert.Single(await hasHis.WaitAsync(World.Patience));
        Assert.Single(await Store.CommitUntilAsync(waits));
    }

    [Fact]
    public async Task Bodies_of_what_was_not_taken_in_are_not_kept()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics, new MailboxLimits { DepthMax = 1 });
        await Store.CommitUntilAsync(mailbox.EnqueueAsync(World.Message("m1")).AsTask());
        Assert.Equal(1, _world.Bodies.Count);

        Assert.True((await mailbox.EnqueueAsync(World.Message("m1"))).Duplicate);
        await World.FaultOfAsync(mailbox.EnqueueAsync(World.Message("m2")).AsTask());
        Store.ReadFailure = new StoreException("away");
        var unread = new MailboxEntity("other", _world.Services, new MailboxLimits(), _metrics);
        await World.FaultOfAsync(unread.EnqueueAsync(World.Message("m1")).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => unread.EnqueueAsync(World.Message("m1"), new CancellationToken(canceled: true)).AsTask());

        Assert.Equal(1, _world.Bodies.Count);
    }

    [Fact]
    public async Task Bodies_of_what_was_heard_before_or_refused_are_not_kept()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics);
        var post = new OutboxDelivery("directory", 2, new OutboxMessage.Post("worker", Posted("p1")).Encode());
        await Store.CommitUntilAsync(mailbox.AcceptAsync(post).AsTask());
        Assert.Equal(1, _world.Bodies.Count);

        await mailbox.AcceptAsync(post);
        await mailbox.AcceptAsync(post with { Number = 1 });
        var closed = new MailboxEntity("stranger", _world.Services, new MailboxLimits(), _metrics);
        await World.FaultOfAsync(closed.AcceptAsync(post with { Number = 3 }).AsTask());

        Assert.Equal(1, _world.Bodies.Count);
    }

    [Fact]
    public async Task Bodies_of_a_commit_that_failed_are_not_kept()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics);
        var underWay = mailbox.EnqueueAsync(World.Message("m1")).AsTask();
        var commit = Store.Collect();
        var behind = mailbox.EnqueueAsync(World.Message("m2")).AsTask();
        await mailbox.EnqueueAsync(World.Message("m3", Durability.Memory));
        var acked = mailbox.ReceiveAsync(One with { Max = 3, AutoAck = true }).AsTask();

        commit.Fail();

        await World.FaultOfAsync(underWay);
        await World.FaultOfAsync(behind);
        await World.FaultOfAsync(acked);
        Assert.Equal(0, _world.Bodies.Count);
    }

    [Fact]
    public async Task Mailbox_leaves_the_memory_when_nothing_is_held_and_nobody_waits()
    {
        var mailbox = await _world.OpenMailboxAsync(_metrics);
        using var gone = new CancellationTokenSource();
        var waits = mailbox.ReceiveAsync(OneWithinAMinute, gone.Token).AsTask();
        Assert.False(mailbox.TryPassivate());
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await Store.CommitUntilAsync(mailbox.EnqueueAsync(World.Message("m1")).AsTask());
        var held = Assert.Single(await mailbox.ReceiveAsync(One));
        Assert.False(mailbox.TryPassivate());

        await Store.CommitUntilAsync(mailbox.AckAsync([held.Receipt]).AsTask());

        Assert.True(mailbox.TryPassivate());
        Assert.Equal(default, await mailbox.CountAsync());
    }

    private static byte[] Posted(string id) => System.Text.Encoding.UTF8.GetBytes(
        $$"""{"id":"{{id}}","source":"meta_supervisor","destination":"worker","message_type":"state_query","content":{},"timestamp":"2026-01-02T03:04:05Z","version":"1.0"}""");
}
