using System.Collections.Concurrent;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Topics;
using Hms.Fabric.Entities;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Entities;

/// <summary>Mailboxes are fed by a topic in its host.</summary>
public sealed class TopicFeederTests
{
    private readonly World _world = new();
    private readonly HearingMailboxes _mailboxes = new();
    private readonly ConcurrentQueue<(string Mailbox, TopicFeed Feed, bool Durable)> _heard = [];
    private readonly TopicEntity _topic;
    private long _said;

    public TopicFeederTests() => _topic = NewTopic();

    private HandStore Store => _world.Store;

    [Fact]
    public async Task Nothing_is_handed_out_before_it_is_durable_though_its_sender_does_not_wait()
    {
        await SubscribeAsync("m", TakesAll);
        await _topic.EnqueueAsync(World.Message("a", Durability.Memory));
        await UntilAsync(() => Store.EnlistedUrgently > 0, commits: false);
        Assert.Empty(_heard);
        var commit = Store.Collect();
        Assert.Empty(_heard);

        commit.Succeed();

        await UntilAsync(() => !_heard.IsEmpty);
        Assert.Equal(1, Assert.Single(_heard).Feed.UpTo);
    }

    [Fact]
    public async Task What_a_failed_commit_took_with_it_is_never_handed_out()
    {
        await SubscribeAsync("m", TakesAll);
        var published = _topic.EnqueueAsync(World.Message("a")).AsTask();

        Store.Collect().Fail();

        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(published)).Code);
        await Store.CommitUntilAsync(_topic.EnqueueAsync(World.Message("b")).AsTask());
        await UntilAsync(() => !_heard.IsEmpty);
        Assert.Equal(1, Assert.Single(_heard).Feed.UpTo);
    }

    [Theory]
    [InlineData("throws at once")]
    [InlineData("throws later")]
    [InlineData("is closed")]
    [InlineData("is full")]
    public async Task A_mailbox_that_cannot_take_anything_holds_up_no_other_and_is_tried_again(string how)
    {
        var canTake = false;
        await SubscribeAsync("a", feed => canTake ? TakesAll(feed) : how switch
        {
            "throws at once" => throw new InvalidDataException("a bug"),
            "throws later" => ValueTask.FromException<long>(new InvalidDataException("a bug")),
            "is closed" => throw new FaultException(new Fault(ErrorCode.DestinationNotFound, "gone")),
            _ => new ValueTask<long>(feed.After),
        });
        await SubscribeAsync("b", TakesAll);

        await PublishAsync("m1");
        await UntilAsync(() => Heard("b") == 1);
        await PublishAsync("m2");
        await UntilAsync(() => Heard("b") == 2);
        Assert.Equal(1, _heard.Count(heard => heard.Mailbox == "a"));
        canTake = true;

        await WakeUntilAsync(() => Heard("a") == 2);
        Assert.Equal(0, _heard.Last(heard => heard.Mailbox == "a" && !heard.Durable).Feed.After);
    }

    [Fact]
    public async Task A_mailbox_that_is_slow_is_waited_for_but_publishing_is_not_held_up()
    {
        var slow = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await SubscribeAsync("a", feed => feed.After == 0 ? new ValueTask<long>(slow.Task) : TakesAll(feed));
        await PublishAsync("m1");
        await UntilAsync(() => Heard("a") == 1);
        await PublishAsync("m2");
        await PublishAsync("m3");

        slow.SetResult(1);

        await UntilAsync(() => Heard("a") == 3);
        Assert.Equal([1L, 3], _heard.Select(heard => heard.Feed.UpTo));
    }

    [Fact]
    public async Task Cursors_are_noted_down_when_mailboxes_have_them_for_good_and_not_before()
    {
        var durable = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await SubscribeAsync("m", (feed, isDurable) => isDurable ? new ValueTask<long>(durable.Task) : TakesAll(feed));
        await PublishAsync("m1");
        await WakeUntilAsync(() => _heard.Any(heard => heard.Durable));
        Assert.Equal(0, await CursorAfterCrashAsync());
        Assert.False(_topic.TryPassivate());

        durable.SetResult(1);

        await UntilAsync(_topic.TryPassivate);
        Assert.Equal(1, await CursorAfterCrashAsync());
    }

    [Fact]
    public async Task Cursors_are_noted_down_however_much_is_published()
    {
        var (settled, number) = (false, 0);
        await SubscribeAsync("m", (feed, isDurable) =>
        {
            settled |= isDurable;
            if (!settled)
            {
                // There is always more to hand out.
                _ = _topic.EnqueueAsync(World.Message($"{number++}", Durability.Memory)).AsTask();
            }

            return isDurable ? new ValueTask<long>(feed.After) : TakesAll(feed);
        });
        await PublishAsync("first");

        await WakeUntilAsync(() => settled);

        await WakeUntilAsync(_topic.TryPassivate);
    }

    [Fact]
    public async Task Many_subscribers_are_all_fed_in_one_round()
    {
        foreach (var i in Enumerable.Range(0, 600))
        {
            await SubscribeAsync($"m{i}", async feed =>
            {
                await Task.Yield();
                return feed.UpTo;
            });
        }

        Assert.Equal(600, (await PublishAsync("a")).Deliveries);

        await UntilAsync(() => _heard.Count == 600);
        Assert.Equal(600, _heard.Select(heard => heard.Mailbox).Distinct().Count());
    }

    private static ValueTask<long> TakesAll(TopicFeed feed) => new(feed.UpTo);

    private TopicEntity NewTopic() => new("*", _mailboxes, _world.Services, new TopicLimits());

    private Task SubscribeAsync(string mailbox, Func<TopicFeed, ValueTask<long>> hears) =>
        SubscribeAsync(mailbox, (feed, _) => hears(feed));

    private Task SubscribeAsync(string mailbox, Hears hears)
    {
        _mailboxes.Add(mailbox, (feed, durable) =>
        {
            _heard.Enqueue((mailbox, feed, durable));
            return hears(feed, durable);
        });
        var said = new OutboxMessage.Subscribe("*", mailbox, "", From: null).Encode();
        return Store.CommitUntilAsync(_topic.AcceptAsync(new OutboxDelivery("a mailbox", ++_said, said)).AsTask());
    }

    private Task<EnqueueResult> PublishAsync(string id) => Store.CommitUntilAsync(_topic.EnqueueAsync(World.Message(id)).AsTask());

    private long Heard(string mailbox) =>
        _heard.Where(heard => heard.Mailbox == mailbox && !heard.Durable).Max(heard => (long?)heard.Feed.UpTo) ?? 0;

    private async Task<long> CursorAfterCrashAsync() => Assert.Single((await NewTopic().SubscribersAsync("", 10)).Items).Cursor;

    /// <summary>Waits until something holds, and goes on committing meanwhile.</summary>
    private async Task UntilAsync(Func<bool> holds, bool commits = true)
    {
        using var patience = new CancellationTokenSource(World.Patience);
        while (!holds())
        {
            if (commits)
            {
                Store.CommitAll();
            }

            await Task.Delay(1, patience.Token);
        }
    }

    /// <summary>Lets time go by, and wakes the topic when it wants to be.</summary>
    private Task WakeUntilAsync(Func<bool> holds) => UntilAsync(() =>
    {
        _world.Time.Advance(TimeSpan.FromMilliseconds(100));
        if (_world.TakeDue(EntityKey.Topic("*")))
        {
            _ = _topic.WakeAsync();
        }

        return holds();
    });
}
