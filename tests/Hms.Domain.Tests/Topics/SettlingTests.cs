using Hms.Domain.Entities;
using Hms.Domain.Topics;

namespace Hms.Domain.Tests.Topics;

/// <summary>Which cursors are noted down, so that a restart does not hand everything over again.</summary>
public sealed class SettlingTests
{
    private readonly TopicRig _topic = new();

    [Fact]
    public void Cursors_that_were_noted_down_stand_after_a_restart_and_others_do_not()
    {
        _topic.Subscribe("m");
        _topic.Subscribe("n");
        _topic.PublishMany(3);
        _topic.FeedAll();
        _topic.SettleAll();
        _topic.PublishMany(2);
        _topic.FeedAll();

        _topic.Restart();

        Assert.All(_topic.Subscribers(), subscriber => Assert.Equal(3, subscriber.Cursor));
        Assert.Equal(2, _topic.NextRound().Count);
    }

    [Fact]
    public void Those_who_keep_up_cost_one_row_together_and_only_who_is_behind_one_of_its_own()
    {
        for (var i = 0; i < 50; i++)
        {
            _topic.Subscribe($"m{i}");
        }

        _topic.PublishMany(3);
        _topic.FeedAll();
        _topic.Store.Commit(_topic.State);
        var settling = _topic.NextSettling();
        _topic.Decide(new TopicCommand.Settled(settling.UpTo, [.. settling.Feeds.Select(feed =>
            new FeedResult(feed.Supervisor, feed.Feed.Stamp, feed.Supervisor == "m7" ? 1 : 3))]));

        Assert.Equal((50, 2), (settling.Feeds.Count, _topic.State.Changes.Rows.Count));
        _topic.Restart();
        Assert.Equal("m7", Assert.Single(_topic.NextRound()).Supervisor);
        Assert.Equal(1, _topic.FeedOf("m7").After);
    }

    [Fact]
    public void What_must_wait_until_it_is_durable_does()
    {
        // A stamp or a length that a crash takes back would be given out again, and mean something else.
        Assert.Equal(Rest.Durable, _topic.Decide(new TopicCommand.NextSettling()).Rest);
    }

    [Fact]
    public void While_more_is_published_than_is_handed_out_the_foremost_says_up_to_where()
    {
        _topic.Subscribe("m");
        _topic.Subscribe("n");
        _topic.PublishMany(3);
        _topic.FeedAll();
        _topic.PublishMany(2);
        _topic.Subscribe("latecomer");

        Assert.Equal(3, _topic.NextSettling().UpTo);
        _topic.SettleAll();

        _topic.Store.Commit(_topic.State);
        _topic.Restart();
        Assert.Equal([5, 3, 3], _topic.Subscribers().Select(subscriber => subscriber.Cursor));
    }

    [Fact]
    public void Who_was_noted_down_is_not_asked_again_and_who_is_behind_is()
    {
        _topic.Subscribe("m");
        _topic.Subscribe("slow");
        _topic.PublishMany(3);
        var feeds = _topic.NextRound();
        _topic.Fed("m", feeds[0].Feed, cursor: 3);
        _topic.Fed("slow", feeds[1].Feed, cursor: 1);
        _topic.SettleAll();

        Assert.Equal("slow", Assert.Single(_topic.NextSettling().Feeds).Supervisor);
        Assert.NotNull(_topic.State.NextWake);
        _topic.Fed("slow", feeds[1].Feed, cursor: 3);
        _topic.SettleAll();

        Assert.Empty(_topic.NextSettling().Feeds);
        Assert.True(_topic.State.IsQuiescent);
        Assert.NotEqual(DateTimeOffset.UnixEpoch, _topic.State.DurableWake);
    }

    [Fact]
    public void One_who_lost_what_it_had_not_for_good_is_handed_it_again_though_nothing_is_published()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(2);
        _topic.FeedAll();
        var settling = _topic.NextSettling();

        _topic.Decide(new TopicCommand.Settled(settling.UpTo, [new FeedResult("m", settling.Feeds[0].Feed.Stamp, 0)]));

        Assert.Equal([1, 2], Items.Of(_topic.FeedOf("m")).Select(item => item.Sequence));
    }

    [Fact]
    public void Of_one_who_could_not_be_asked_nothing_more_is_known_than_before()
    {
        _topic.PublishMany(4);
        _topic.Subscribe("m", from: 3);
        _topic.Subscribe("n");
        _topic.PublishMany(2);
        _topic.FeedAll();
        var settling = _topic.NextSettling();

        _topic.Decide(new TopicCommand.Settled(
            settling.UpTo, [.. settling.Feeds.Select(feed => new FeedResult(feed.Supervisor, feed.Feed.Stamp, null))]));

        _topic.Restart();
        Assert.Equal([2, 4], _topic.Subscribers().Select(subscriber => subscriber.Cursor));
        Assert.Equal(DateTimeOffset.UnixEpoch, _topic.State.DurableWake);
    }

    [Fact]
    public void Nothing_is_lost_between_an_early_end_of_one_and_the_late_start_of_another()
    {
        _topic.Subscribe("gone");
        _topic.Subscribe("slow");
        _topic.PublishMany(10);
        var feeds = _topic.NextRound();
        _topic.Fed("gone", feeds[0].Feed, cursor: 10);
        _topic.Fed("slow", feeds[1].Feed, cursor: 3);
        _topic.SettleAll();
        _topic.Unsubscribe("gone");
        _topic.SettleAll();

        _topic.Restart();

        Assert.Equal(4, Items.Of(_topic.FeedOf("slow"))[0].Sequence);
    }

    [Fact]
    public void Noting_down_is_signalled_a_while_after_a_round_and_again_only_a_while_later()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(1);
        _topic.FeedAll();
        _topic.Signalled();
        Assert.Equal(TopicRig.Time(_topic.Now + 1_000), _topic.State.NextWake);
        _topic.Advance(TimeSpan.FromSeconds(1));

        _topic.Decide(new TopicCommand.Wake());

        Assert.Contains(Effect.Signal.Ended, _topic.Signalled());
        Assert.Equal(TopicRig.Time(_topic.Now + 1_000), _topic.State.NextWake);
        _topic.Decide(new TopicCommand.Wake());
        Assert.DoesNotContain(Effect.Signal.Ended, _topic.Signalled());
        _topic.SettleAll();
        Assert.True(_topic.State.NextWake > TopicRig.Time(_topic.Now + 1_000));
    }
}
