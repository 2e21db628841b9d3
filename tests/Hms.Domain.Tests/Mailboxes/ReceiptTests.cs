using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

public sealed class ReceiptTests
{
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void An_ack_ends_a_message_and_makes_its_receipt_stale()
    {
        _mailbox.Send("a");
        var receipt = _mailbox.ReceiveOne().Receipt;
        var twice = _mailbox.Ack(receipt, receipt);
        Assert.Equal(1, twice.Count);
        Assert.Equal([receipt], twice.Stale);
        Assert.Equal(0, _mailbox.State.Ready + _mailbox.State.Leased);
    }

    [Fact]
    public void A_receipt_outlives_its_lease_until_the_message_is_delivered_again()
    {
        _mailbox.Send("a");
        _mailbox.Send("b");
        var (a, b) = (_mailbox.ReceiveOne(10).Receipt, _mailbox.ReceiveOne(10).Receipt);
        _mailbox.Advance(10);
        Assert.Empty(_mailbox.Ack(b).Stale);
        var again = _mailbox.ReceiveOne().Receipt;
        Assert.Equal([a], _mailbox.Ack(a).Stale);
        Assert.Empty(_mailbox.Ack(again).Stale);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("1")]
    [InlineData("1.1.1")]
    [InlineData("1.7.1.0")]
    [InlineData("-1.1.1.1")]
    [InlineData("1.1.1.1.1")]
    [InlineData("9223372036854775807.1.1.1")]
    [InlineData("92233720368547758070.1.1.1")]
    [InlineData("१.1.1.1")]
    public void A_receipt_that_was_never_given_out_is_stale(string receipt)
    {
        _mailbox.Send("a");
        Assert.Equal([receipt], _mailbox.Ack(receipt).Stale);
        Assert.Equal(1, _mailbox.State.Ready);
    }

    [Fact]
    public void A_receipt_of_another_mailbox_does_not_end_the_message_of_the_same_sequence()
    {
        var other = new MailboxRig(name: "genetic", activation: 99);
        Assert.Equal(other.Send("a").Sequence, _mailbox.Send("a").Sequence);
        Assert.Single(_mailbox.Ack(other.ReceiveOne().Receipt).Stale);
        Assert.Equal(1, _mailbox.State.Ready);
    }

    [Fact]
    public void A_nack_counts_an_attempt_and_makes_the_receipt_stale()
    {
        _mailbox.Send("a");
        var receipt = _mailbox.ReceiveOne().Receipt;
        Assert.Equal(1, _mailbox.Nack(receipt).Count);
        Assert.Equal([receipt], _mailbox.Nack(receipt).Stale);
        Assert.Equal(2, _mailbox.ReceiveOne().Attempt);
    }

    [Fact]
    public void A_nack_after_the_lease_ran_out_does_not_count_the_same_delivery_twice()
    {
        _mailbox.Send("a");
        var receipt = _mailbox.ReceiveOne(leaseMs: 10).Receipt;
        _mailbox.Advance(10);
        Assert.Equal(1, _mailbox.Nack(receipt).Count);
        Assert.Equal(2, _mailbox.ReceiveOne().Attempt);
    }

    [Fact]
    public void A_delayed_message_waits_and_then_comes_in_its_place()
    {
        _mailbox.Send("a");
        _mailbox.Nack(_mailbox.ReceiveOne().Receipt, delayMs: 50);
        _mailbox.Send("b");
        _mailbox.Advance(49);
        Assert.Equal(MailboxRig.Time(_mailbox.Now + 1), _mailbox.State.NextWake);
        Assert.Equal(2, Assert.Single(_mailbox.Receive()).Sequence);
        _mailbox.Advance(1);
        Assert.Equal(1, _mailbox.ReceiveOne().Sequence);
    }

    [Fact]
    public void A_return_counts_no_attempt()
    {
        _mailbox.Send("a");
        _mailbox.Return(_mailbox.ReceiveOne().Receipt);
        Assert.Equal(1, _mailbox.ReceiveOne().Attempt);
    }

    [Fact]
    public void An_extended_lease_ends_later_or_sooner_as_asked()
    {
        _mailbox.Send("a");
        var receipt = _mailbox.ReceiveOne(leaseMs: 100).Receipt;
        _mailbox.Extend(receipt, 1_000);
        _mailbox.Advance(999);
        Assert.Empty(_mailbox.Receive());
        _mailbox.Extend(receipt, 5);
        _mailbox.Advance(5);
        Assert.Equal(2, _mailbox.ReceiveOne().Attempt);
    }

    [Fact]
    public void An_extension_takes_a_message_back_whose_lease_ran_out()
    {
        _mailbox.Send("a");
        var receipt = _mailbox.ReceiveOne(leaseMs: 10).Receipt;
        _mailbox.Advance(10);
        Assert.Equal(1, _mailbox.Extend(receipt, 1_000).Count);
        Assert.Empty(_mailbox.Receive());
        Assert.Empty(_mailbox.Ack(receipt).Stale);
    }

    [Fact]
    public void A_receipt_from_before_a_restart_holds_until_the_message_is_delivered_again()
    {
        _mailbox.Send("a");
        _mailbox.Send("b");
        var before = _mailbox.Receive();
        _mailbox.Restart();
        Assert.Empty(_mailbox.Ack(before[1].Receipt).Stale);
        _mailbox.ReceiveOne();
        Assert.Single(_mailbox.Ack(before[0].Receipt).Stale);
    }

    [Fact]
    public void A_receipt_from_before_a_restart_holds_on_after_it_was_extended()
    {
        _mailbox.Send("a");
        var receipt = _mailbox.ReceiveOne().Receipt;
        _mailbox.Restart();
        Assert.Equal(1, _mailbox.Extend(receipt, 1_000).Count);
        Assert.Equal(1, _mailbox.State.Leased);
        Assert.Equal(1, _mailbox.Extend(receipt, 2_000).Count);
        Assert.Empty(_mailbox.Ack(receipt).Stale);
        Assert.Equal(0, _mailbox.State.Ready + _mailbox.State.Leased);
    }

    [Fact]
    public void A_receipt_of_a_message_lost_in_a_crash_does_not_end_the_one_that_has_its_sequence_now()
    {
        _mailbox.Send("kept");
        _mailbox.Store.Commit(_mailbox.State);
        _mailbox.Decide(_mailbox.Message("lost", priority: Priority.High) with { IsMemory = true });
        var lost = _mailbox.ReceiveOne();
        _mailbox.Crash();
        Assert.Equal(lost.Sequence, _mailbox.Send("another").Sequence);
        Assert.Equal([lost.Receipt], _mailbox.Ack(lost.Receipt).Stale);
        Assert.Equal(2, _mailbox.State.Ready);
    }
}
