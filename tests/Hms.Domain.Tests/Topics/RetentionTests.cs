using Hms.Domain.Entities;
using Hms.Domain.Topics;

namespace Hms.Domain.Tests.Topics;

public sealed class RetentionTests
{
    private static readonly TopicLimits Few = new() { RetentionMessages = 4 };
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private readonly TopicRig _topic = new(Few);

    [Fact]
    public void Beyond_the_number_the_oldest_leave_and_with_no_subscriber_their_bodies_go_at_once()
    {
        _topic.PublishMany(6);
        _topic.Restart();

        Assert.Equal((3L, 4L), (_topic.Describe().First, _topic.Describe().Retained));
        Assert.Equal([3, 4, 5, 6], _topic.Store.Bodies.Keys);
        Assert.Empty(_topic.Said());
    }

    [Fact]
    public void Beyond_the_bytes_a_sixteenth_more_than_too_much_leaves_but_never_the_latest()
    {
        var topic = new TopicRig(new TopicLimits { RetentionBytes = 32 });
        topic.PublishMany(16);
        Assert.Equal(1, topic.Describe().First);

        topic.Publish("more");

        Assert.Equal((3L, 30L), (topic.Describe().First, topic.Describe().Bytes));
        topic.Publish("large", content: new string('x', 100));
        Assert.Equal((18L, 1L, 100L), (topic.Describe().First, topic.Describe().Retained, topic.Describe().Bytes));
    }

    [Fact]
    public void Old_messages_leave_together_a_little_after_their_time()
    {
        _topic.Publish("a");
        _topic.Advance(TimeSpan.FromHours(1));
        _topic.Publish("b");
        var wake = TopicRig.Time(TopicRig.Start) + Week + (Week / 64);
        Assert.Equal((wake, wake), (_topic.State.NextWake, _topic.State.DurableWake));
        _topic.Advance(Week);
        Assert.Equal(1, _topic.Describe().First);

        _topic.Advance(Week / 64);
        _topic.Decide(new TopicCommand.Wake());

        Assert.Equal((3L, 0L), (_topic.Describe().First, _topic.Describe().Retained));
        Assert.Null(_topic.State.NextWake);
    }

    [Fact]
    public void All_who_may_hold_something_are_told_and_the_body_goes_when_the_last_is_done_with_it()
    {
        _topic.Subscribe("m");
        _topic.Subscribe("n");
        _topic.PublishMany(4);
        _topic.FeedAll();
        _topic.Publish("more");
        Assert.Equal([new OutboxMessage.Retire("m", "news", 1), new OutboxMessage.Retire("n", "news", 1)], _topic.Said());
        _topic.Restart();

        _topic.Hold("m", 1, 1);
        _topic.Restart();
        _topic.Hold("n", 1, 1);
        _topic.Release(1);
        _topic.Restart();
        Assert.Contains(1, _topic.Store.Bodies.Keys);
        _topic.Release(1);
        _topic.Restart();

        Assert.Equal([2, 3, 4, 5], _topic.Store.Bodies.Keys);
    }

    [Fact]
    public void What_is_released_before_all_have_answered_is_not_deleted_under_those_who_have_not()
    {
        _topic.Subscribe("m");
        _topic.Subscribe("n");
        _topic.PublishMany(4);
        _topic.FeedAll();
        _topic.Publish("more");
        _topic.Hold("m", 1, 1);
        _topic.Release(1);
        _topic.Restart();
        Assert.Contains(1, _topic.Store.Bodies.Keys);

        _topic.Hold("n", 1);
        _topic.Restart();

        Assert.DoesNotContain(1, _topic.Store.Bodies.Keys);
    }

    [Fact]
    public void One_who_holds_a_message_twice_is_done_with_it_twice()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(4);
        _topic.FeedAll();
        _topic.Publish("more");
        _topic.Hold("m", 1, 1, 1);

        _topic.Release(1);
        _topic.Restart();
        Assert.Contains(1, _topic.Store.Bodies.Keys);
        _topic.Release(1);
        _topic.Restart();

        Assert.DoesNotContain(1, _topic.Store.Bodies.Keys);
    }

    [Fact]
    public void Who_has_left_is_told_as_long_as_it_may_hold_something()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(4);
        _topic.FeedAll();
        _topic.Unsubscribe("m");
        _topic.Restart();
        _topic.Publish("more");
        Assert.Contains(new OutboxMessage.Retire("m", "news", 1), _topic.Said());
        _topic.Hold("m", 1, 1);
        _topic.PublishMany(4);
        _topic.Said();
        _topic.Hold("m", 2);
        _topic.PublishMany(1);
        Assert.Contains(new OutboxMessage.Retire("m", "news", 6), _topic.Said());
        _topic.Hold("m", 6);

        _topic.PublishMany(4);

        Assert.Empty(_topic.Said());
        _topic.Restart();
        Assert.Contains(1, _topic.Store.Bodies.Keys);
        _topic.Release(1);
        _topic.Restart();
        Assert.DoesNotContain(1, _topic.Store.Bodies.Keys);
    }

    [Fact]
    public void Who_held_something_of_an_earlier_subscription_is_told_though_the_later_one_was_handed_nothing()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(4);
        _topic.FeedAll();
        _topic.Unsubscribe("m");
        _topic.Subscribe("m");
        _topic.Unsubscribe("m");

        _topic.Publish("more");

        Assert.Contains(new OutboxMessage.Retire("m", "news", 1), _topic.Said());
    }

    [Fact]
    public void Who_leaves_without_having_held_anything_is_not_waited_for()
    {
        _topic.Subscribe("m");
        _topic.Subscribe("never fed", from: 1_000);
        _topic.PublishMany(4);
        _topic.FeedAll();
        _topic.Publish("more");
        _topic.Hold("m", 1);

        _topic.Unsubscribe("never fed");

        _topic.Store.Commit(_topic.State);
        Assert.DoesNotContain(1, _topic.Store.Bodies.Keys);
    }

    [Fact]
    public void Who_comes_while_something_is_retired_is_not_asked_for_it()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(5);
        _topic.Subscribe("latecomer", from: 0);

        _topic.Hold("m", 1);

        _topic.Store.Commit(_topic.State);
        Assert.DoesNotContain(1, _topic.Store.Bodies.Keys);
        Assert.Equal(2, Items.Of(_topic.FeedOf("latecomer"))[0].Sequence);
    }

    [Fact]
    public void Nothing_more_leaves_until_all_have_answered_for_what_has_left()
    {
        _topic.Subscribe("m");
        _topic.PublishMany(9);
        Assert.Equal(2, _topic.Describe().First);

        _topic.Hold("m", 1);
        _topic.Publish("more");

        Assert.Equal(7, _topic.Describe().First);
    }

    [Fact]
    public void An_answer_heard_twice_counts_once()
    {
        _topic.Subscribe("m");
        _topic.Subscribe("n");
        _topic.PublishMany(5);

        _topic.Hold("m", 1, 1);
        _topic.Hold("m", 1, 1);
        _topic.Hold("nobody", 1, 1);
        _topic.Hold("n", 1);
        _topic.Release(1);

        _topic.Store.Commit(_topic.State);
        Assert.DoesNotContain(1, _topic.Store.Bodies.Keys);
    }

    [Fact]
    public void What_leaves_at_once_is_bounded_and_the_rest_follows()
    {
        var topic = new TopicRig();
        topic.PublishMany(40_000);
        topic.Store.Commit(topic.State);
        topic.Advance(Week * 2);

        topic.Decide(new TopicCommand.Wake());
        topic.Store.Commit(topic.State);

        Assert.Equal(40_000 - 32_768, topic.Store.Bodies.Count);
        Assert.True(topic.State.NextWake <= TopicRig.Time(topic.Now));
        topic.Decide(new TopicCommand.Wake());
        topic.Store.Commit(topic.State);
        Assert.Empty(topic.Store.Bodies);
        Assert.Null(topic.State.NextWake);
    }

    [Fact]
    public void What_is_gone_and_forgotten_leaves_no_row()
    {
        _topic.Store.Commit(_topic.State);
        var rows = _topic.Store.RowCount;
        for (var i = 0; i < 80; i++)
        {
            _topic.Decide(_topic.Message($"{i}") with { FirstId = "first" });
        }

        _topic.Advance(Week * 2);
        for (var i = 0; i < 3; i++)
        {
            _topic.Decide(new TopicCommand.Wake());
        }

        _topic.Store.Commit(_topic.State);

        // The segment in use stays, with its header.
        Assert.Equal(rows + 2, _topic.Store.RowCount);
        Assert.Empty(_topic.Store.Bodies);
    }

    [Fact]
    public void No_number_is_left_out_or_given_out_twice_after_a_restart_however_little_is_left()
    {
        for (var i = 1; i <= 40; i++)
        {
            Assert.Equal(i, _topic.Publish($"{i}").Sequence);
            _topic.Advance(Week * 2);
            _topic.Decide(new TopicCommand.Wake());
            _topic.Advance(TimeSpan.FromHours(1));
            _topic.Decide(new TopicCommand.Wake());
            _topic.Restart();
        }
    }
}
