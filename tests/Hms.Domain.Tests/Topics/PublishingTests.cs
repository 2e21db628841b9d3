using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Domain.Topics;
using Hms.Protocol;

namespace Hms.Domain.Tests.Topics;

public sealed class PublishingTests
{
    private readonly TopicRig _topic = new();

    [Fact]
    public void Messages_are_numbered_from_one_in_their_order_and_kept()
    {
        Assert.Equal((1L, 2L), (_topic.Publish("a", content: "{}").Sequence, _topic.Publish("b", content: "[1]").Sequence));

        _topic.Restart();

        Assert.Equal((1L, 3L, 2L, 5L), Log(_topic.Describe()));
        Assert.Equal(3, _topic.Publish("c").Sequence);
        Assert.Equal(2, _topic.Store.Bodies.Count);
    }

    [Fact]
    public void What_was_not_committed_is_gone_after_a_crash_and_its_number_is_free()
    {
        _topic.Publish("a");
        _topic.Store.Commit(_topic.State);
        _topic.Publish("b");

        _topic.Crash();

        Assert.Equal((1L, 2L, 1L, 2L), Log(_topic.Describe()));
        Assert.Equal((2L, false), (_topic.Publish("b").Sequence, _topic.Publish("c").Duplicate));
    }

    [Fact]
    public void A_topic_that_was_not_opened_is_not_there()
    {
        var topic = new TopicRig(open: false);

        foreach (var command in (TopicCommand[])
            [topic.Message("a"), new TopicCommand.Describe(), new TopicCommand.Subscribe("m", "", null),
             new TopicCommand.Read(1, 1), new TopicCommand.ListSubscribers("", 1)])
        {
            Assert.Equal(ErrorCode.DestinationNotFound, topic.Refused(command).Code);
        }

        Assert.True(topic.State.Changes.IsEmpty);
        Assert.False(topic.State.IsOpen);
    }

    [Fact]
    public void The_topic_for_everybody_is_always_there_also_after_a_restart()
    {
        var topic = new TopicRig(name: "*", open: false);
        topic.Publish("a");

        topic.Restart();

        Assert.Equal(2, topic.Publish("b").Sequence);
    }

    [Fact]
    public void A_repeated_message_is_known_and_changes_nothing()
    {
        _topic.Subscribe("m");
        _topic.Publish("a");
        _topic.Restart();

        var again = _topic.Publish("a");

        Assert.Equal(new TopicReply.Published(1, 1, Duplicate: true, FirstId: null), again);
        Assert.True(_topic.State.Changes.IsEmpty);
        Assert.Equal((1L, 2L, 1L, 2L), Log(_topic.Describe()));
    }

    [Fact]
    public void The_same_id_with_another_body_is_a_conflict_that_shows_the_first()
    {
        _topic.Publish("a");

        var fault = _topic.Refused(_topic.Message("a", content: "[]"));

        Assert.Equal(ErrorCode.Conflict, fault.Code);
        var record = JsonDocument.Parse(fault.Record).RootElement;
        Assert.Equal(("topic:news", 1), (record.GetProperty("destination").GetString(), record.GetProperty("sequence").GetInt32()));
    }

    [Fact]
    public void The_id_that_an_idempotency_key_stood_for_first_is_told_also_after_a_restart()
    {
        _topic.Decide(_topic.Message("key") with { FirstId = "first" });
        _topic.Restart();

        var again = _topic.Ask<TopicReply.Published>(_topic.Message("key") with { FirstId = "second" });

        Assert.Equal((true, "first"), (again.Duplicate, again.FirstId));
    }

    [Fact]
    public void An_id_is_known_for_the_window_and_no_longer_however_much_is_retained()
    {
        _topic.PublishMany(200);
        _topic.Publish("a");
        _topic.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.True(_topic.Publish("a").Duplicate);
        _topic.Advance(TimeSpan.FromMilliseconds(1));

        _topic.Restart();

        Assert.False(_topic.Publish("a").Duplicate);
        Assert.True(_topic.Publish("a").Duplicate);
        Assert.Equal(202, _topic.Describe().Retained);
    }

    [Fact]
    public void Beyond_the_cap_the_oldest_id_is_forgotten()
    {
        var topic = new TopicRig(new TopicLimits { DedupMax = 2 });
        topic.Publish("a");
        topic.Publish("b");
        topic.Publish("c");
        topic.Decide(new TopicCommand.Wake());

        Assert.True(topic.Publish("b").Duplicate);
        Assert.False(topic.Publish("a").Duplicate);
    }

    [Fact]
    public void Deliveries_are_those_who_subscribe_at_that_moment_without_the_source()
    {
        _topic.Subscribe("m");
        _topic.Subscribe("n");
        _topic.Subscribe("n", pattern: ">");
        Assert.Equal(2, _topic.Publish("a").Deliveries);
        Assert.Equal(1, _topic.Publish("b", source: "m").Deliveries);
        _topic.Unsubscribe("m");

        _topic.Restart();

        Assert.Equal(1, _topic.Publish("c", source: "m").Deliveries);
        Assert.Equal(0, _topic.Publish("d", source: "n").Deliveries);
        _topic.Unsubscribe("n");
        Assert.Equal(1, _topic.Publish("e").Deliveries);
    }

    [Fact]
    public void A_sender_who_does_not_wait_for_the_disk_is_answered_at_once_and_readers_are_not()
    {
        Assert.Equal(Rest.Memory, _topic.Decide(_topic.Message("a") with { IsMemory = true }).Rest);
        Assert.Equal(Rest.Durable, _topic.Decide(_topic.Message("b")).Rest);
        Assert.Equal(Rest.Durable, _topic.Decide(new TopicCommand.Read(1, 10)).Rest);
    }

    [Fact]
    public void The_log_is_read_in_pages()
    {
        _topic.PublishMany(5);

        var first = Read(0, 2);
        var second = Read(first.Next, 3);

        Assert.Equal([1, 2], first.Items.Select(item => item.Sequence));
        Assert.Equal((true, 3L), (first.More, first.Next));
        Assert.Equal([3, 4, 5], second.Items.Select(item => item.Sequence));
        Assert.False(second.More);
        Assert.Equal(TopicRig.Time(TopicRig.Start), second.Items[0].At);
        foreach (var from in (long[])[6, 7, long.MaxValue])
        {
            Assert.Equal((0, false), (Read(from, 1_000).Items.Count, Read(from, 1_000).More));
        }
    }

    private TopicReply.Messages Read(long from, int limit) => _topic.Ask<TopicReply.Messages>(new TopicCommand.Read(from, limit));

    private static (long First, long Next, long Retained, long Bytes) Log(TopicReply.Description it) =>
        (it.First, it.Next, it.Retained, it.Bytes);
}
