using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Topics;
using Hms.Protocol;

namespace Hms.Domain.Tests.Topics;

public sealed class FeedingTests
{
    private static readonly TopicLimits Small = new() { FeedMax = 2 };
    private readonly TopicRig _topic = new(Small);

    [Fact]
    public void A_feed_says_all_that_a_mailbox_needs_to_know()
    {
        _topic.Subscribe("m", from: 0);
        var command = _topic.Message("a", source: "runtime", content: "[12]") with { Priority = Priority.High, TtlMs = 5_000 };
        _topic.Decide(command);

        var feed = _topic.FeedOf("m");

        Assert.Equal(("news", 1L, 0L, 0L, 1L, 1L), (feed.Topic, feed.Stamp, feed.Start, feed.After, feed.First, feed.UpTo));
        Assert.Equal(
            new FeedItem(1, Fingerprint.OfName("runtime"), command.BodyId, TopicRig.Start, 5_000, 4, Priority.High),
            Assert.Single(Items.Of(feed)));
    }

    [Fact]
    public void What_is_handed_out_must_be_durable_first_and_nothing_need_wait_for_nothing()
    {
        _topic.Subscribe("m");
        Assert.Equal(Rest.Memory, _topic.Decide(new TopicCommand.NextRound()).Rest);
        _topic.Decide(_topic.Message("a") with { IsMemory = true });

        Assert.Equal(Rest.Durable, _topic.Decide(new TopicCommand.NextRound()).Rest);
    }

    [Fact]
    public void Much_is_handed_out_in_parts_and_who_has_all_is_left_alone()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(5);
        _topic.Subscribe("n");

        Assert.Equal(3, _topic.FeedAll());

        Assert.All(_topic.Subscribers(), subscriber => Assert.Equal((5, 0), (subscriber.Cursor, subscriber.Behind)));
    }

    [Fact]
    public void Who_stand_at_one_place_are_handed_the_same_bytes()
    {
        for (var i = 0; i < 100; i++)
        {
            _topic.Subscribe($"m{i}");
        }

        _topic.PublishMany(2);
        var feeds = _topic.NextRound();

        Assert.Equal(100, feeds.Count);
        Assert.All(feeds, feed => Assert.True(feed.Feed.Items.Equals(feeds[0].Feed.Items)));
    }

    [Fact]
    public void A_round_hands_out_from_so_many_places_at_most_and_all_have_their_turn()
    {
        for (var i = 0; i < 200; i++)
        {
            _topic.Subscribe($"m{i}");
            _topic.Publish($"{i}");
        }

        var first = _topic.NextRound();

        Assert.Equal(64, first.Count);
        _topic.FeedAll();
        Assert.All(_topic.Subscribers(), subscriber => Assert.Equal(0, subscriber.Behind));
    }

    [Fact]
    public void One_who_cannot_take_more_or_cannot_be_reached_is_left_alone_for_a_while()
    {
        _topic.Subscribe("full");
        _topic.Subscribe("gone");
        _topic.PublishMany(1);
        var feeds = _topic.NextRound();
        _topic.Decide(new TopicCommand.Fed(
            [new FeedResult("full", feeds[0].Feed.Stamp, 0), new FeedResult("gone", feeds[1].Feed.Stamp, null)]));

        Assert.Empty(_topic.NextRound());
        Assert.Equal(TopicRig.Time(_topic.Now + 1_000), _topic.State.NextWake);
        Assert.False(_topic.State.IsQuiescent);
        _topic.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, _topic.NextRound().Count);
    }

    [Fact]
    public void One_who_moved_is_handed_the_rest_at_once()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(2);

        _topic.Fed("m", _topic.FeedOf("m"), cursor: 1);

        Assert.Equal(2, Assert.Single(Items.Of(_topic.FeedOf("m"))).Sequence);
    }

    [Fact]
    public void One_who_lost_what_it_had_not_for_good_is_handed_it_again()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(2);
        _topic.FeedAll();
        _topic.PublishMany(1);

        _topic.Fed("m", _topic.FeedOf("m"), cursor: 0);

        Assert.Equal([1, 2], Items.Of(_topic.FeedOf("m")).Select(item => item.Sequence));
    }

    [Fact]
    public void Whoever_still_waits_for_another_try_is_woken_for_though_others_had_theirs()
    {
        _topic.Subscribe("one");
        _topic.PublishMany(1);
        _topic.Fed("one", _topic.FeedOf("one"), cursor: null);
        _topic.Advance(TimeSpan.FromMilliseconds(400));
        _topic.Subscribe("other", from: 0);
        _topic.Fed("other", _topic.FeedOf("other"), cursor: null);
        _topic.Advance(TimeSpan.FromMilliseconds(600));

        _topic.Decide(new TopicCommand.Wake());
        _topic.FeedAll();

        Assert.True(_topic.State.NextWake <= TopicRig.Time(_topic.Now + 400));
    }

    [Fact]
    public void What_came_of_an_ended_subscription_does_not_count_for_the_next()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(3);
        var feed = _topic.FeedOf("m");
        _topic.Unsubscribe("m");
        _topic.Subscribe("m", from: 1);

        _topic.Fed("m", feed, cursor: 2);

        Assert.Equal(0, Assert.Single(_topic.Subscribers()).Cursor);
        Assert.Equal(1, Items.Of(_topic.FeedOf("m"))[0].Sequence);
    }

    [Fact]
    public void Publishing_and_a_subscription_that_begins_earlier_signal_that_there_is_something_to_hand_out()
    {
        _topic.Publish("a");
        Assert.Equal([Effect.Signal.Ready], _topic.Signalled());
        _topic.Subscribe("m");
        Assert.Empty(_topic.Signalled());
        _topic.Subscribe("n", from: 0);
        Assert.Equal([Effect.Signal.Ready], _topic.Signalled());
    }

    [Fact]
    public void After_a_restart_who_may_lack_something_is_fed_at_once()
    {
        _topic.Publish("a");
        _topic.Store.Commit(_topic.State);
        Assert.NotEqual(DateTimeOffset.UnixEpoch, _topic.State.DurableWake);
        _topic.Subscribe("m", from: 0);
        _topic.FeedAll();

        Assert.Equal(DateTimeOffset.UnixEpoch, _topic.State.DurableWake);
        _topic.Restart();
        _topic.Signalled();
        _topic.Decide(new TopicCommand.Wake());

        Assert.Equal([Effect.Signal.Ready], _topic.Signalled());
        Assert.Equal(0, _topic.FeedOf("m").After);
    }
}
