using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

public sealed class DeliveryTests
{
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void Higher_priority_goes_first_and_within_one_the_earlier()
    {
        _mailbox.Send("a", priority: Priority.Low);
        _mailbox.Send("b", priority: Priority.Critical);
        _mailbox.Send("c");
        _mailbox.Send("d", priority: Priority.Critical);
        _mailbox.Send("e", priority: Priority.High);
        Assert.Equal([2, 4, 5, 3, 1], _mailbox.Receive().Select(message => message.Sequence));
    }

    [Fact]
    public void A_returned_message_keeps_its_place_before_later_ones()
    {
        _mailbox.Send("a");
        _mailbox.Send("b");
        var first = _mailbox.ReceiveOne();
        _mailbox.Send("c");
        _mailbox.Return(first.Receipt);
        Assert.Equal([1, 2, 3], _mailbox.Receive().Select(message => message.Sequence));
    }

    [Fact]
    public void No_more_than_asked_for_is_delivered()
    {
        _mailbox.Send("a");
        _mailbox.Send("b");
        _mailbox.Send("c");
        Assert.Equal(2, _mailbox.Receive(max: 2).Count);
        Assert.Equal((1, 2), (_mailbox.State.Ready, _mailbox.State.Leased));
    }

    [Fact]
    public void Expired_lease_makes_the_message_deliverable_again_with_the_next_attempt()
    {
        _mailbox.Send("a");
        Assert.Equal(1, _mailbox.ReceiveOne(leaseMs: 100).Attempt);
        _mailbox.Advance(99);
        Assert.Empty(_mailbox.Receive());
        _mailbox.Advance(1);
        Assert.Equal(2, _mailbox.ReceiveOne().Attempt);
    }

    [Fact]
    public void The_longest_lease_ends_when_it_should()
    {
        _mailbox.Send("a");
        var delivery = _mailbox.ReceiveOne(leaseMs: 86_400_000);
        Assert.Equal(MailboxRig.Time(_mailbox.Now + 86_400_000), delivery.Until);
        Assert.Equal(delivery.Until, _mailbox.State.NextWake);
        _mailbox.Advance(86_400_000);
        Assert.Equal(2, _mailbox.ReceiveOne().Attempt);
    }

    [Fact]
    public void A_clock_that_jumps_by_years_ends_every_lease_and_every_ttl()
    {
        _mailbox.Send("a");
        _mailbox.Send("b", ttl: 1_000);
        _mailbox.Receive();
        _mailbox.Advance(100L * 365 * 86_400_000);
        Assert.Equal(1, _mailbox.ReceiveOne().Sequence);
        Assert.Equal("expired", Assert.Single(_mailbox.DeadLetters()).Reason);
    }

    [Fact]
    public void Ageing_raises_a_message_that_waits_by_one_priority_each_interval()
    {
        var mailbox = new MailboxRig(new MailboxLimits { AgeingInterval = TimeSpan.FromSeconds(1) });
        mailbox.Send("low", priority: Priority.Low);
        mailbox.Advance(1_999);
        mailbox.Send("high", priority: Priority.High);
        Assert.Equal(2, mailbox.ReceiveOne().Sequence);
        mailbox.Advance(1);
        mailbox.Send("another high", priority: Priority.High);
        Assert.Equal(1, mailbox.ReceiveOne().Sequence);
    }

    [Fact]
    public void Priority_is_strict_without_ageing()
    {
        _mailbox.Send("low", priority: Priority.Low);
        _mailbox.Advance(86_400_000);
        _mailbox.Send("normal");
        Assert.Equal(2, _mailbox.ReceiveOne().Sequence);
    }

    [Fact]
    public void A_full_mailbox_refuses_a_send_and_stores_nothing_of_it()
    {
        var mailbox = new MailboxRig(new MailboxLimits { DepthMax = 1 });
        mailbox.Send("a");
        var fault = mailbox.Refused(mailbox.Message("b"));
        Assert.Equal((ErrorCode.MailboxFull, TimeSpan.FromSeconds(1)), (fault.Code, fault.RetryAfter));
        Assert.Single(mailbox.State.Changes.Bodies);
        mailbox.Ack(mailbox.ReceiveOne().Receipt);
        Assert.False(mailbox.Send("b").Duplicate);
    }

    [Fact]
    public void Bytes_are_counted_until_the_ack()
    {
        var mailbox = new MailboxRig(new MailboxLimits { BytesMax = 10 });
        mailbox.Send("a", "12345678");
        Assert.Equal(ErrorCode.MailboxFull, mailbox.Refused(mailbox.Message("b", "123")).Code);
        mailbox.Send("b", "12");
        mailbox.Ack(mailbox.ReceiveOne().Receipt);
        Assert.False(mailbox.Send("c", "12345678").Duplicate);
    }

    [Fact]
    public void What_the_fabric_has_to_say_is_taken_by_a_full_mailbox()
    {
        var mailbox = new MailboxRig(new MailboxLimits { DepthMax = 0 });
        Assert.Equal(1, mailbox.Ask<MailboxReply.Enqueued>(mailbox.Message("a") with { IsBeyondLimits = true }).Sequence);
    }

    [Fact]
    public void Only_memory_level_messages_leave_before_they_are_durable()
    {
        var memory = _mailbox.Message("a") with { IsMemory = true };
        Assert.Equal(Rest.Memory, _mailbox.Decide(memory).Rest);
        Assert.Equal(Rest.Memory, _mailbox.Decide(new MailboxCommand.Receive(10, TimeSpan.FromSeconds(1))).Rest);
        _mailbox.Advance(1_000);
        Assert.Equal(Rest.Durable, _mailbox.Decide(_mailbox.Message("b")).Rest);
        Assert.Equal(Rest.Durable, _mailbox.Decide(new MailboxCommand.Receive(10, TimeSpan.FromSeconds(1))).Rest);
    }

    [Fact]
    public void A_mailbox_that_was_never_opened_knows_nobody()
    {
        var mailbox = new MailboxRig(open: false);
        Assert.Equal(ErrorCode.DestinationNotFound, mailbox.Refused(mailbox.Message("a")).Code);
        Assert.Equal(ErrorCode.DestinationNotFound, mailbox.Refused(new MailboxCommand.Count()).Code);
        Assert.Equal(ErrorCode.DestinationNotFound, mailbox.Refused(new MailboxCommand.ListDeadLetters(0, 10)).Code);
        Assert.True(mailbox.State.Changes.IsEmpty);
    }

    [Fact]
    public void Every_message_that_becomes_ready_wakes_one_who_waits()
    {
        var (ready, ended) = (new Effect.Signal(Effect.Signal.Ready), new Effect.Signal(Effect.Signal.Ended));
        Assert.Equal([ready], _mailbox.Decide(_mailbox.Message("a")).Effects);
        _mailbox.ReceiveOne(leaseMs: 10);
        _mailbox.Advance(10);
        Assert.Equal([ready, ended], _mailbox.Decide(new MailboxCommand.Wake()).Effects);
        Assert.Empty(_mailbox.Decide(new MailboxCommand.Wake()).Effects);
    }
}
