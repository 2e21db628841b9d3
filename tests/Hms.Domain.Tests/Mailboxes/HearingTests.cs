using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Tests.Topics;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

/// <summary>What topics hand to a mailbox.</summary>
public sealed class HearingTests
{
    private readonly MailboxRig _mailbox = new(new MailboxLimits { DepthMax = 3 });

    [Fact]
    public void What_is_handed_over_is_an_ordinary_message_with_the_topic_named()
    {
        var heard = Hear(Feed(upTo: 2, 1, 2));

        Assert.Equal(new MailboxReply.Heard(2, LossTold: false), heard);
        var got = _mailbox.Receive();
        Assert.Equal([(1L, 101L, 1), (2, 102, 1)], got.Select(message => (message.Sequence, message.Body, message.Attempt)));
        Assert.All(got, message => Assert.Equal("news", message.Topic));
        _mailbox.Nack(got[0].Receipt);
        Assert.Equal(2, _mailbox.ReceiveOne().Attempt);
        Assert.Equal(1, _mailbox.Ack(got[1].Receipt).Count);
    }

    [Fact]
    public void Nobody_waits_for_it_to_be_durable_unless_asked_to()
    {
        var feed = Feed(upTo: 1, 1);

        Assert.Equal(Rest.Memory, _mailbox.Decide(new MailboxCommand.Hear(feed, Durable: false)).Rest);
        Assert.Equal(Rest.Memory, _mailbox.Decide(new MailboxCommand.Receive(10, TimeSpan.FromSeconds(1))).Rest);
        Assert.Equal(Rest.Durable, _mailbox.Decide(new MailboxCommand.Hear(feed, Durable: true)).Rest);
    }

    [Fact]
    public void What_it_has_already_is_passed_over_also_after_a_restart()
    {
        Hear(Feed(upTo: 2, 1, 2));
        _mailbox.Ack(_mailbox.ReceiveOne().Receipt);
        _mailbox.Restart();

        Assert.Equal(3, Hear(Feed(upTo: 3, 1, 2, 3)).Cursor);
        Assert.Equal(3, Hear(Feed(upTo: 2, 1, 2)).Cursor);

        Assert.Equal([102, 103], _mailbox.Receive().Select(message => message.Body));
    }

    [Fact]
    public void What_was_not_committed_is_heard_again_after_a_crash_from_where_the_subscription_began()
    {
        _mailbox.Store.Commit(_mailbox.State);
        Hear(Feed(upTo: 6, 6) with { Start = 4, After = 5 });
        _mailbox.Crash();

        // The topic believes that it has all up to 6.
        Assert.Equal(4, Hear(Feed(upTo: 6) with { Start = 4, After = 6 }).Cursor);
        Assert.Empty(_mailbox.Receive());
        Assert.Equal(6, Hear(Feed(upTo: 6, 5, 6) with { Start = 4, After = 4 }).Cursor);
        Assert.Equal([105, 106], _mailbox.Receive().Select(message => message.Body));
    }

    [Fact]
    public void Its_own_messages_are_passed_over()
    {
        Assert.Equal(2, Hear(Feed(upTo: 2, 1, 2), source: "runtime").Cursor);

        Assert.Empty(_mailbox.Receive());
    }

    [Fact]
    public void A_full_mailbox_takes_what_it_has_room_for_and_the_rest_later()
    {
        Assert.Equal(3, Hear(Feed(upTo: 5, 1, 2, 3, 4, 5)).Cursor);
        _mailbox.Ack([.. _mailbox.Receive().Select(message => message.Receipt)]);

        Assert.Equal(5, Hear(Feed(upTo: 5, 4, 5) with { After = 3 }).Cursor);
        Assert.Equal([104, 105], _mailbox.Receive().Select(message => message.Body));
    }

    [Fact]
    public void A_mailbox_is_full_by_bytes_too()
    {
        var mailbox = new MailboxRig(new MailboxLimits { BytesMax = 19 });

        Assert.Equal(1, mailbox.Ask<MailboxReply.Heard>(new MailboxCommand.Hear(Feed(upTo: 2, 1, 2), false)).Cursor);
    }

    [Fact]
    public void A_later_subscription_begins_anew_and_what_is_late_of_the_earlier_one_changes_nothing()
    {
        Hear(Feed(upTo: 2, 1, 2));
        _mailbox.Ack([.. _mailbox.Receive().Select(message => message.Receipt)]);
        Assert.Equal(1, Hear(Feed(upTo: 1, 1) with { Stamp = 2 }).Cursor);

        Hear(Feed(upTo: 3, 1, 2, 3));

        Assert.Equal(101, _mailbox.ReceiveOne().Body);
        Assert.Empty(_mailbox.Receive());
        Assert.Equal(2, Hear(Feed(upTo: 2, 2) with { Stamp = 2, After = 1 }).Cursor);
    }

    [Fact]
    public void A_closed_mailbox_hears_nothing()
    {
        _mailbox.Decide(new MailboxCommand.Close());

        Assert.Equal(ErrorCode.DestinationNotFound, _mailbox.Refused(new MailboxCommand.Hear(Feed(upTo: 1, 1), false)).Code);
    }

    [Fact]
    public void The_ttl_counts_from_when_the_topic_took_the_message()
    {
        _mailbox.Advance(5_000);
        Hear(Feed(upTo: 2, 1, 2), ttl: 6_000);
        Assert.Equal(2, _mailbox.Receive(leaseMs: 1).Count);
        _mailbox.Advance(1_000);

        Assert.Empty(_mailbox.Receive());
        Assert.All(_mailbox.DeadLetters(), dead => Assert.Equal("expired", dead.Reason));
        Assert.Equal(2, _mailbox.DeadLetters().Count);
    }

    [Fact]
    public void An_expired_message_of_a_topic_is_not_reported()
    {
        Hear(Feed(upTo: 1, 1), ttl: 10);
        _mailbox.Advance(10);

        Assert.Empty(_mailbox.Decide(new MailboxCommand.Wake()).Effects.OfType<Effect.Send>());
        Assert.Single(_mailbox.DeadLetters());
    }

    [Fact]
    public void Messages_of_one_priority_are_delivered_in_the_order_of_the_topic_before_lower_ones()
    {
        Hear(Feed(upTo: 1, 1), priority: Priority.Low);
        Hear(Feed(upTo: 3, 2, 3) with { After = 1 }, priority: Priority.High);

        Assert.Equal([102, 103, 101], _mailbox.Receive().Select(message => message.Body));
    }

    [Fact]
    public void Who_waits_for_a_message_is_woken_for_each()
    {
        var step = _mailbox.Decide(new MailboxCommand.Hear(Feed(upTo: 2, 1, 2), Durable: false));

        Assert.Equal([new Effect.Signal(Effect.Signal.Ready), new Effect.Signal(Effect.Signal.Ready)], step.Effects);
    }

    [Fact]
    public void What_retention_removed_before_it_came_is_told_once_by_a_dead_letter()
    {
        Hear(Feed(upTo: 1, 1));
        var gap = Feed(upTo: 5, 5) with { After = 1, First = 5 };
        Assert.Equal(new MailboxReply.Heard(1, LossTold: false), Hear(gap));
        var notice = new LossNotice(1, 900, new MessageBody("lost"u8.ToArray(), null));

        Assert.Equal(new MailboxReply.Heard(5, LossTold: true), Hear(gap, notice: notice));
        Assert.Equal(new MailboxReply.Heard(5, LossTold: false), Hear(gap, notice: notice with { BodyId = 901 }));

        _mailbox.Restart();
        var dead = Assert.Single(_mailbox.DeadLetters());
        Assert.Equal(("retention", 900), (dead.Reason, dead.Body));
        Assert.Equal([101, 105], _mailbox.Receive().Select(message => message.Body));
        Assert.Equal([900], _mailbox.Store.Bodies.Keys);
        _mailbox.Decide(new MailboxCommand.PurgeDeadLetters());
        _mailbox.Restart();
        Assert.Empty(_mailbox.Store.Bodies);
    }

    [Fact]
    public void A_notice_that_counts_what_has_come_in_the_meantime_is_not_taken()
    {
        Hear(Feed(upTo: 1, 1));
        var notice = new LossNotice(1, 900, new MessageBody("lost"u8.ToArray(), null));
        Hear(Feed(upTo: 2, 2) with { After = 1 });

        var heard = Hear(Feed(upTo: 5, 5) with { After = 1, First = 5 }, notice: notice);

        Assert.Equal(new MailboxReply.Heard(2, LossTold: false), heard);
        Assert.Empty(_mailbox.DeadLetters());
    }

    private MailboxReply.Heard Hear(
        Feed feed, string source = "analysis", long ttl = 0, Priority priority = Priority.Normal, LossNotice? notice = null)
    {
        var items = Items.Of(feed).Select(item => item with { Source = Fingerprint.OfName(source), TtlMs = ttl, Priority = priority });
        return _mailbox.Ask<MailboxReply.Heard>(
            new MailboxCommand.Hear(feed with { Items = Items.Pack([.. items]) }, Durable: false, notice));
    }

    private static Feed Feed(long upTo, params long[] sequences) => new("news", 1, 0, 0, 1, upTo, Items.Pack(
        [.. sequences.Select(sequence => new FeedItem(sequence, 1, 100 + sequence, MailboxRig.Start, 0, 10, Priority.Normal))]));
}
