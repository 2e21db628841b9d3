using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Tests.Topics;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

/// <summary>What a mailbox says of bodies that are a topic's, so that they go when nobody holds them.</summary>
public sealed class RetiringTests
{
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void It_answers_what_it_holds_dead_letters_too_and_says_when_each_goes()
    {
        Hear(1, 1, 2, 3, 4);
        var got = _mailbox.Receive(3);
        _mailbox.Ack(got[0].Receipt);
        _mailbox.Nack(got[1].Receipt, deadLetter: true);

        AssertHeld(Retire(3), 3, 2, 3);
        _mailbox.Restart();

        AssertReleased(Said(new MailboxCommand.PurgeDeadLetters()), 2);
        var again = _mailbox.Receive();
        AssertReleased(Said(new MailboxCommand.Ack([again[0].Receipt])), 3);
        Assert.Empty(Said(new MailboxCommand.Ack([again[1].Receipt])));
    }

    [Fact]
    public void What_it_has_answered_for_it_does_not_answer_for_again()
    {
        Hear(1, 1, 2, 3, 4);

        AssertHeld(Retire(1), 1, 1);
        AssertHeld(Retire(3), 3, 2, 3);
        _mailbox.Restart();
        AssertHeld(Retire(3), 3);
        AssertHeld(Retire(4), 4, 4);
    }

    [Fact]
    public void What_it_holds_of_two_subscriptions_it_answers_twice()
    {
        Hear(1, 1, 2);
        Hear(2, 1, 2);

        AssertHeld(Retire(1), 1, 1, 1);
    }

    [Fact]
    public void What_it_holds_of_another_topic_or_from_a_sender_is_none_of_it()
    {
        Hear(1, 1, 2);
        _mailbox.Send("a");

        AssertHeld(Retire(2, "alerts"), 2);
        AssertHeld(Retire(2), 2, 1, 2);
    }

    [Fact]
    public void What_comes_late_and_was_retired_is_not_taken()
    {
        Retire(2);

        Assert.Equal(0, Hear(1, 1, 2, 3).Cursor);

        Assert.Empty(_mailbox.Receive());
    }

    [Fact]
    public void A_closed_mailbox_and_one_that_never_was_answer_too()
    {
        Hear(1, 1);
        _mailbox.Decide(new MailboxCommand.Close());
        AssertHeld(Retire(1), 1, 1);
        var stranger = new MailboxRig(open: false);

        var step = stranger.Decide(new MailboxCommand.Retire("news", 1));

        Assert.Empty(Assert.IsType<OutboxMessage.Held>(Assert.Single(step.Effects.OfType<Effect.Send>()).Message).Sequences);
        Assert.Equal(ErrorCode.DestinationNotFound, stranger.Refused(new MailboxCommand.ListDeadLetters(0, 1)).Code);
        stranger.Restart();
    }

    [Fact]
    public void A_redriven_message_is_held_until_it_is_acknowledged()
    {
        Hear(1, 1);
        _mailbox.Nack(_mailbox.ReceiveOne().Receipt, deadLetter: true);
        Retire(1);
        Assert.Empty(Said(new MailboxCommand.Redrive(null)));

        var receipt = _mailbox.ReceiveOne().Receipt;

        AssertReleased(Said(new MailboxCommand.Ack([receipt])), 1);
        Assert.Equal((0, 0, 0), (_mailbox.State.Ready, _mailbox.State.Leased, _mailbox.State.DeadLetters));
    }

    [Fact]
    public void A_dead_letter_that_gives_way_to_later_ones_is_released()
    {
        var mailbox = new MailboxRig(new MailboxLimits { DeadLettersMax = 1 });
        mailbox.Decide(new MailboxCommand.Hear(Feed(1, 1, 2), Durable: false));
        mailbox.Decide(new MailboxCommand.Retire("news", 2));
        var got = mailbox.Receive();
        mailbox.Nack(got[0].Receipt, deadLetter: true);

        var step = mailbox.Decide(new MailboxCommand.Nack([got[1].Receipt], TimeSpan.Zero, true, null));

        AssertReleased([.. step.Effects.OfType<Effect.Send>().Select(send => send.Message)], 1);
    }

    [Fact]
    public void All_that_it_is_done_with_at_once_is_said_at_once_to_each_topic()
    {
        Hear(1, 1, 2, 3);
        _mailbox.Decide(new MailboxCommand.Hear(Feed(1, 1, 2) with { Topic = "alerts" }, Durable: false));
        Retire(2);
        Retire(2, "alerts");

        var said = Said(new MailboxCommand.Ack([.. _mailbox.Receive().Select(message => message.Receipt)]));

        AssertReleased([said[0]], 1, 2);
        Assert.Equal("alerts", Assert.IsType<OutboxMessage.Release>(said[1]).Topic);
        Assert.Equal(2, said.Length);
        Assert.Empty(Said(new MailboxCommand.Wake()));
    }

    [Fact]
    public void What_it_is_done_with_leaves_nothing_in_memory_or_in_rows_but_the_cursor()
    {
        _mailbox.Store.Commit(_mailbox.State);
        var rows = _mailbox.Store.RowCount;
        Hear(1, [.. Enumerable.Range(1, 100).Select(sequence => (long)sequence)]);
        _mailbox.Ack([.. _mailbox.Receive().Select(message => message.Receipt)]);

        _mailbox.Store.Commit(_mailbox.State);

        // The cursor, and the segment in use.
        Assert.Equal(rows + 2, _mailbox.Store.RowCount);
        Assert.Empty(_mailbox.Store.Bodies);
    }

    private MailboxReply.Heard Hear(long stamp, params long[] sequences) =>
        _mailbox.Ask<MailboxReply.Heard>(new MailboxCommand.Hear(Feed(stamp, sequences), Durable: false));

    private OutboxMessage[] Retire(long upTo, string topic = "news") => Said(new MailboxCommand.Retire(topic, upTo));

    private OutboxMessage[] Said(MailboxCommand command) =>
        [.. _mailbox.Decide(command).Effects.OfType<Effect.Send>().Select(send => send.Message)];

    private static void AssertHeld(OutboxMessage[] said, long upTo, params long[] sequences)
    {
        var held = Assert.IsType<OutboxMessage.Held>(Assert.Single(said));
        Assert.Equal(("runtime", upTo), (held.Supervisor, held.UpTo));
        Assert.Equal(sequences, held.Sequences);
    }

    private static void AssertReleased(OutboxMessage[] said, params long[] sequences)
    {
        var released = Assert.IsType<OutboxMessage.Release>(Assert.Single(said));
        Assert.Equal("news", released.Topic);
        Assert.Equal(sequences, released.Sequences);
    }

    private static Feed Feed(long stamp, params long[] sequences) => new("news", stamp, 0, 0, 1, sequences[^1], Items.Pack(
        [.. sequences.Select(sequence => new FeedItem(sequence, 1, 100 + sequence, MailboxRig.Start, 0, 10, Priority.Normal))]));
}
