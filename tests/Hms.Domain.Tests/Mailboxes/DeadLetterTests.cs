using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

public sealed class DeadLetterTests
{
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void A_message_becomes_a_dead_letter_after_its_last_attempt()
    {
        var mailbox = new MailboxRig(new MailboxLimits { AttemptsMax = 2 });
        mailbox.Send("a");
        mailbox.ReceiveOne(leaseMs: 10);
        mailbox.Advance(10);
        var second = mailbox.ReceiveOne();
        Assert.Equal(2, second.Attempt);
        mailbox.Nack(second.Receipt);
        Assert.Equal(
            new DeadMessage(1, "max_attempts", MailboxRig.Time(mailbox.Now), 2, second.Body), Assert.Single(mailbox.DeadLetters()));
        Assert.Empty(mailbox.Receive());
    }

    [Fact]
    public void A_nack_may_make_a_dead_letter_at_once_and_say_why()
    {
        _mailbox.Send("a");
        _mailbox.Send("b");
        var messages = _mailbox.Receive();
        _mailbox.Nack(messages[0].Receipt, deadLetter: true, reason: "no such table");
        _mailbox.Nack(messages[1].Receipt, deadLetter: true);
        _mailbox.Restart();
        Assert.Equal(["no such table", "nack"], _mailbox.DeadLetters().Select(dead => dead.Reason));
    }

    [Fact]
    public void An_expired_message_is_never_delivered_and_its_source_is_told()
    {
        var message = _mailbox.Message("a", ttl: 1_000);
        _mailbox.Decide(message);
        _mailbox.Advance(1_000);
        var step = _mailbox.Decide(new MailboxCommand.Receive(1, TimeSpan.FromSeconds(1)));
        Assert.Same(MailboxReply.Received.Nothing, step.Reply);
        Assert.Equal([new Effect.Send(new OutboxMessage.ReportExpiry("runtime", 1, message.BodyId, _mailbox.Now))], step.Effects);
        Assert.Equal(("expired", 0), (_mailbox.DeadLetters()[0].Reason, _mailbox.DeadLetters()[0].Attempt));
    }

    [Fact]
    public void A_message_is_delivered_in_the_last_millisecond_of_its_ttl()
    {
        _mailbox.Send("a", ttl: 1_000);
        _mailbox.Advance(999);
        Assert.Single(_mailbox.Receive());
    }

    [Fact]
    public void Who_holds_a_message_can_acknowledge_it_after_its_ttl()
    {
        _mailbox.Send("a", ttl: 1_000);
        var receipt = _mailbox.ReceiveOne().Receipt;
        _mailbox.Advance(1_001);
        _mailbox.Decide(new MailboxCommand.Wake());
        Assert.Empty(_mailbox.Ack(receipt).Stale);
        Assert.Empty(_mailbox.DeadLetters());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_message_given_back_after_its_ttl_becomes_a_dead_letter(bool nack)
    {
        _mailbox.Send("a", ttl: 1_000);
        var receipt = _mailbox.ReceiveOne().Receipt;
        _mailbox.Advance(1_001);
        _ = nack ? _mailbox.Nack(receipt, delayMs: 10_000) : _mailbox.Return(receipt);
        Assert.True(_mailbox.State.NextWake <= MailboxRig.Time(_mailbox.Now));
        Assert.Equal("expired", Assert.Single(_mailbox.DeadLetters()).Reason);
    }

    [Fact]
    public void The_longest_ttl_neither_overflows_nor_wakes_anybody()
    {
        _mailbox.Send("a", ttl: 9_007_199_254_740_991);
        Assert.Null(_mailbox.State.NextWake);
        _mailbox.Restart();
        _mailbox.Advance(1_000L * 365 * 86_400_000);
        Assert.Single(_mailbox.Receive());
    }

    [Fact]
    public void A_redrive_starts_attempts_and_ttl_anew_and_dedup_does_not_stand_in_the_way()
    {
        _mailbox.Send("a", ttl: 1_000);
        _mailbox.Nack(_mailbox.ReceiveOne().Receipt);
        _mailbox.Advance(1_000);
        Assert.Equal(1, Assert.Single(_mailbox.DeadLetters()).Attempt);
        Assert.Equal(1, _mailbox.Redrive(1, 1, 2));
        _mailbox.Advance(999);
        Assert.Equal(1, _mailbox.ReceiveOne().Attempt);
        Assert.Empty(_mailbox.DeadLetters());
        Assert.True(_mailbox.Send("a").Duplicate);
    }

    [Fact]
    public void Beyond_the_limit_the_oldest_dead_letter_is_dropped_with_its_body()
    {
        var mailbox = new MailboxRig(new MailboxLimits { DeadLettersMax = 2 });
        for (var i = 0; i < 3; i++)
        {
            mailbox.Send($"{i}");
            mailbox.Store.Commit(mailbox.State);
            mailbox.Nack(mailbox.ReceiveOne().Receipt, deadLetter: true, reason: "why not");
        }

        mailbox.Restart();
        Assert.Equal([2, 3], mailbox.DeadLetters().Select(dead => dead.Sequence));
        Assert.Equal(2, mailbox.Store.Bodies.Count);
        Assert.True(mailbox.Send("0").Duplicate);
    }

    [Fact]
    public void A_purge_leaves_neither_bodies_nor_reasons()
    {
        _mailbox.Send("a");
        _mailbox.Nack(_mailbox.ReceiveOne().Receipt, deadLetter: true, reason: "no such table");
        _mailbox.Store.Commit(_mailbox.State);
        Assert.Equal(4, _mailbox.Store.RowCount);
        Assert.Equal(1, _mailbox.Ask<MailboxReply.Changed>(new MailboxCommand.PurgeDeadLetters()).Count);
        _mailbox.Restart();
        Assert.Empty(_mailbox.DeadLetters());
        Assert.Empty(_mailbox.Store.Bodies);

        // The header, the segment in use, and the subscription to what goes to everybody.
        Assert.Equal(3, _mailbox.Store.RowCount);
    }

    [Fact]
    public void A_list_is_cut_at_its_limit_and_goes_on_after_a_sequence()
    {
        _mailbox.Send("a", ttl: 1);
        _mailbox.Send("b", ttl: 1);
        _mailbox.Advance(1);
        var page = _mailbox.Ask<MailboxReply.DeadLetterList>(new MailboxCommand.ListDeadLetters(0, 1));
        Assert.Equal((1L, true), (page.Messages[0].Sequence, page.More));
        var rest = _mailbox.Ask<MailboxReply.DeadLetterList>(new MailboxCommand.ListDeadLetters(1, 1));
        Assert.Equal((2L, false), (rest.Messages[0].Sequence, rest.More));
        Assert.Empty(_mailbox.Ask<MailboxReply.DeadLetterList>(new MailboxCommand.ListDeadLetters(long.MaxValue, 1)).Messages);
    }

    [Fact]
    public void Closing_makes_dead_letters_of_all_it_holds_and_they_can_still_be_read()
    {
        _mailbox.Send("a");
        _mailbox.Send("b");
        var receipt = _mailbox.ReceiveOne().Receipt;
        _mailbox.Decide(new MailboxCommand.Close());
        _mailbox.Restart();
        Assert.Equal(["deregistered", "deregistered"], _mailbox.DeadLetters().Select(dead => dead.Reason));
        Assert.Equal([receipt], _mailbox.Ack(receipt).Stale);
        Assert.Equal(ErrorCode.DestinationNotFound, _mailbox.Refused(new MailboxCommand.Redrive(null)).Code);
        _mailbox.Decide(new MailboxCommand.Open());
        Assert.Equal(2, _mailbox.Redrive(null));
        Assert.Equal(2, _mailbox.Receive().Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_closed_mailbox_that_never_held_anything_has_no_dead_letters_but_is_known(bool restart)
    {
        _mailbox.Decide(new MailboxCommand.Close());
        if (restart)
        {
            _mailbox.Restart();
        }

        Assert.Empty(_mailbox.DeadLetters());
    }

    [Fact]
    public void Counts_for_metrics_are_taken_once()
    {
        _mailbox.Send("a", ttl: 1);
        _mailbox.Send("b");
        _mailbox.Advance(1);
        _mailbox.Nack(_mailbox.ReceiveOne().Receipt, deadLetter: true);
        Assert.Equal((1, 2), _mailbox.State.TakeCounts());
        Assert.Equal((0, 0), _mailbox.State.TakeCounts());
    }
}
