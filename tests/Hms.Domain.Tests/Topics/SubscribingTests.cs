using Hms.Domain.Entities;
using Hms.Domain.Topics;

namespace Hms.Domain.Tests.Topics;

public sealed class SubscribingTests
{
    private readonly TopicRig _topic = new();

    [Theory]
    [InlineData(null, 5L)]
    [InlineData(0L, 0L)]
    [InlineData(1L, 0L)]
    [InlineData(4L, 3L)]
    [InlineData(9L, 8L)]
    public void A_subscription_begins_where_it_is_asked_to(long? from, long cursor)
    {
        _topic.PublishMany(5);
        _topic.Subscribe("m", from);

        _topic.Restart();

        Assert.Equal(cursor, Assert.Single(_topic.Subscribers()).Cursor);
        Assert.Equal(cursor < 5 ? 5 - cursor : 0, Assert.Single(_topic.Subscribers()).Behind);
        _topic.PublishMany(5);
        Assert.Equal(cursor + 1, Items.Of(_topic.FeedOf("m"))[0].Sequence);
    }

    [Fact]
    public void A_subscription_cannot_begin_before_what_is_retained()
    {
        _topic.PublishMany(3);
        _topic.Advance(TimeSpan.FromDays(8));

        _topic.Subscribe("m", from: 1);

        Assert.Equal(3, Assert.Single(_topic.Subscribers()).Cursor);
    }

    [Fact]
    public void Who_subscribes_in_two_ways_keeps_its_place_until_both_have_ended()
    {
        _topic.PublishMany(2);
        _topic.Subscribe("m");
        _topic.Subscribe("m", from: 0, pattern: "*.a");
        Assert.Equal(2, Assert.Single(_topic.Subscribers()).Cursor);
        _topic.Unsubscribe("m");

        _topic.Restart();

        Assert.Equal(["*.a"], Assert.Single(_topic.Subscribers()).Patterns);
        _topic.Unsubscribe("m", "*.a");
        Assert.Empty(_topic.Subscribers());
        Assert.Equal(0, _topic.Describe().Subscribers);
    }

    [Fact]
    public void What_does_not_subscribe_can_be_unsubscribed()
    {
        _topic.Unsubscribe("m");
        _topic.Subscribe("m");
        _topic.Unsubscribe("m", ">");

        Assert.Equal(1, _topic.Describe().Subscribers);
    }

    [Fact]
    public void Opening_takes_in_those_who_subscribe_by_patterns_and_the_first_time_counts()
    {
        var topic = new TopicRig(open: false);
        topic.Decide(new TopicCommand.Open(7, [new PatternSubscriber("m", ">"), new PatternSubscriber("n", "*")]));
        topic.Publish("a");

        topic.Decide(new TopicCommand.Open(8, [new PatternSubscriber("m", ">")]));

        topic.Restart();
        Assert.Equal((2, TopicRig.Time(7)), (topic.Describe().Subscribers, topic.Describe().CreatedAt));
        Assert.All(topic.Subscribers(), subscriber => Assert.Equal(0, subscriber.Cursor));
    }

    [Fact]
    public void Subscribers_are_listed_by_name_in_pages()
    {
        foreach (var name in (string[])["c", "B", "a", "d"])
        {
            _topic.Subscribe(name);
        }

        _topic.Unsubscribe("d");
        var first = _topic.Ask<TopicReply.SubscriberList>(new TopicCommand.ListSubscribers("", 2));
        var second = _topic.Ask<TopicReply.SubscriberList>(new TopicCommand.ListSubscribers("a", 2));

        Assert.Equal(["B", "a"], first.Items.Select(item => item.Supervisor));
        Assert.True(first.More);
        Assert.Equal("c", Assert.Single(second.Items).Supervisor);
        Assert.False(second.More);
    }

    [Fact]
    public void Who_leaves_and_was_handed_nothing_leaves_no_row()
    {
        _topic.Store.Commit(_topic.State);
        var rows = _topic.Store.RowCount;
        _topic.Publish("a");
        _topic.Subscribe("m");
        _topic.Restart();
        _topic.Subscribe("n");
        _topic.Unsubscribe("n");

        _topic.Store.Commit(_topic.State);

        // A segment and its header, and one subscriber.
        Assert.Equal(rows + 3, _topic.Store.RowCount);
    }

    [Fact]
    public void Each_subscription_has_a_stamp_above_all_before_it_also_after_a_crash()
    {
        _topic.Subscribe("m", from: 0);
        _topic.Publish("a");
        var first = _topic.FeedOf("m").Stamp;
        _topic.Restart();
        _topic.Unsubscribe("m");
        _topic.Subscribe("m", from: 0);

        Assert.True(_topic.FeedOf("m").Stamp > first);
    }
}
