using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

/// <summary>What receivers with a lasting connection ask of the leases that they hold.</summary>
public sealed class ConnectionTests
{
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void What_is_held_after_a_sequence_is_delivered_again_in_order_under_new_receipts()
    {
        Array.ForEach(["a", "b", "c", "d"], id => _mailbox.Send(id));
        var held = _mailbox.Receive(3, leaseMs: 100);

        var again = Redeliver(after: 1);

        Assert.Equal([(2L, 1), (3, 1)], again.Select(message => (message.Sequence, message.Attempt)));
        Assert.All(again, message => Assert.Equal(MailboxRig.Time(_mailbox.Now + 30_000), message.Until));
        Assert.Equal([held[1].Receipt, held[2].Receipt], _mailbox.Ack([.. held.Select(message => message.Receipt)]).Stale);
        Assert.Equal(2, _mailbox.Ack([.. again.Select(message => message.Receipt)]).Count);
    }

    [Fact]
    public void What_is_ready_delayed_or_lapsed_is_not_delivered_again_but_anew()
    {
        Array.ForEach(["ready", "delayed", "lapsed"], id => _mailbox.Send(id));
        var held = _mailbox.Receive(3, leaseMs: 100);
        _mailbox.Return(held[0].Receipt);
        _mailbox.Nack(held[1].Receipt, delayMs: 1_000);
        _mailbox.Advance(100);

        Assert.Empty(Redeliver(after: 0));
    }

    [Fact]
    public void What_a_requester_waits_for_stays_its_own()
    {
        _mailbox.Decide(_mailbox.Message("r") with { ReplyHash = 11 });
        _mailbox.Ask<MailboxReply.Received>(new MailboxCommand.ClaimReply(1, [11], TimeSpan.FromMinutes(1), true));

        Assert.Empty(Redeliver(after: 0));
    }

    [Fact]
    public void No_more_is_delivered_again_than_asked_for_and_a_closed_mailbox_delivers_nothing()
    {
        Array.ForEach(["a", "b", "c"], id => _mailbox.Send(id));
        _mailbox.Receive();
        Assert.Equal([1, 2], Redeliver(after: 0, max: 2).Select(message => message.Sequence));

        _mailbox.Decide(new MailboxCommand.Close());

        Assert.Equal(
            ErrorCode.DestinationNotFound, _mailbox.Refused(new MailboxCommand.Redeliver(0, 10, TimeSpan.FromMinutes(1))).Code);
    }

    [Fact]
    public void Delivering_again_what_is_for_memory_only_waits_for_nothing()
    {
        _mailbox.Decide(_mailbox.Message("a") with { IsMemory = true });
        _mailbox.Receive();
        var again = new MailboxCommand.Redeliver(0, 10, TimeSpan.FromMinutes(1));
        Assert.Equal(Rest.Memory, _mailbox.Decide(again).Rest);
        _mailbox.Send("b");
        _mailbox.Receive();

        Assert.Equal(Rest.Durable, _mailbox.Decide(again).Rest);
    }

    [Fact]
    public void Who_asks_is_told_which_of_its_receipts_hold_no_more()
    {
        Array.ForEach(["acked", "nacked", "lapsed", "redelivered", "held"], id => _mailbox.Send(id));
        var receipts = _mailbox.Receive(2).Concat(_mailbox.Receive(1, leaseMs: 50)).Concat(_mailbox.Receive(2))
            .Select(message => message.Receipt).ToArray();
        Assert.Empty(Ended(receipts));
        _mailbox.Ack(receipts[0]);
        _mailbox.Nack(receipts[1], deadLetter: true);
        _mailbox.Advance(50);
        _mailbox.Ask<MailboxReply.Received>(new MailboxCommand.Redeliver(3, 1, TimeSpan.FromMinutes(1)));

        Assert.Equal(receipts[..4], Ended(receipts));
        Assert.Equal(["no receipt"], Ended("no receipt"));
        _mailbox.Restart();
        Assert.Equal(receipts, Ended(receipts));
    }

    [Fact]
    public void Whatever_ends_a_lease_is_signalled()
    {
        foreach (var ends in (Func<string, MailboxCommand>[])
        [
            receipt => new MailboxCommand.Ack([receipt]),
            receipt => new MailboxCommand.Nack([receipt], TimeSpan.Zero, false, null),
            receipt => new MailboxCommand.Return([receipt]),
            _ => new MailboxCommand.Redeliver(0, 10, TimeSpan.FromMinutes(1)),
            _ => new MailboxCommand.Close(),
        ])
        {
            var mailbox = new MailboxRig();
            mailbox.Send("a");
            var receipt = mailbox.ReceiveOne().Receipt;

            var step = mailbox.Decide(ends(receipt));

            Assert.Contains(new Effect.Signal(Effect.Signal.Ended), step.Effects);
            Assert.Equal([receipt], mailbox.Ask<MailboxReply.Ended>(new MailboxCommand.FindEnded([receipt])).Receipts);
        }
    }

    private IReadOnlyList<LeasedMessage> Redeliver(long after, int max = 100) =>
        _mailbox.Ask<MailboxReply.Received>(new MailboxCommand.Redeliver(after, max, TimeSpan.FromSeconds(30))).Messages;

    private IReadOnlyList<string> Ended(params string[] receipts) =>
        _mailbox.Ask<MailboxReply.Ended>(new MailboxCommand.FindEnded(receipts)).Receipts;
}
