using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;

namespace Hms.Domain.Tests.Mailboxes;

public sealed class ReplyTests
{
    private const ulong Request = 1_001;
    private const ulong FromPeer = 11;
    private const ulong FromFabric = 13;
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void A_reply_that_is_waited_for_is_kept_from_receivers_and_wakes_its_requester()
    {
        Assert.Null(Claim());
        var step = _mailbox.Decide(Reply("r"));
        Assert.Equal([new Effect.Signal(Request)], step.Effects);
        Assert.Empty(_mailbox.Receive());
        Assert.NotEmpty(Claim()!.Value.Receipt);
    }

    [Fact]
    public void A_repeated_request_gets_the_same_reply_after_its_ack_and_a_restart()
    {
        Claim();
        _mailbox.Decide(Reply("r"));
        _mailbox.Ack(Claim()!.Value.Receipt);
        _mailbox.Restart();
        var again = Claim()!.Value;
        Assert.Equal(("", 1L), (again.Receipt, again.Sequence));
        Assert.True(_mailbox.Store.Bodies.ContainsKey(again.Body));
        _mailbox.Advance(600_000);
        _mailbox.Decide(new MailboxCommand.Wake());
        _mailbox.Restart();
        Assert.Empty(_mailbox.Store.Bodies);
    }

    [Fact]
    public void A_second_claim_while_the_reply_is_out_sees_a_copy()
    {
        Claim();
        _mailbox.Decide(Reply("r"));
        Claim();
        Assert.Equal("", Claim()!.Value.Receipt);
    }

    [Fact]
    public void A_reply_that_nobody_takes_goes_through_the_mailbox_with_no_attempt_counted()
    {
        Claim();
        _mailbox.Decide(Reply("r"));
        _mailbox.Advance(10_000);
        Assert.Equal(1, _mailbox.ReceiveOne().Attempt);
    }

    [Fact]
    public void A_requester_that_waits_no_longer_leaves_its_reply_to_the_mailbox_at_once()
    {
        Claim();
        _mailbox.Decide(Reply("r"));
        _mailbox.Decide(new MailboxCommand.ForgetReply(Request, [FromPeer, FromFabric]));
        Assert.Single(_mailbox.Receive());
        Assert.False(_mailbox.State.IsQuiescent);
    }

    [Fact]
    public void A_ticket_that_was_not_renewed_binds_nothing()
    {
        Claim();
        _mailbox.Advance(10_000);
        _mailbox.Decide(Reply("r"));
        Assert.Single(_mailbox.Receive());
    }

    [Fact]
    public void The_first_reply_stays_the_reply_when_the_fabric_sends_another()
    {
        Claim();
        _mailbox.Decide(Reply("r"));
        _mailbox.Decide(Reply("late", FromFabric));
        Assert.Equal(1, Claim()!.Value.Sequence);
        Assert.Equal(2, _mailbox.ReceiveOne().Sequence);
    }

    [Fact]
    public void What_came_before_the_wait_counts_only_for_a_repeated_request_and_the_first_of_it()
    {
        _mailbox.Decide(Reply("r"));
        _mailbox.Decide(Reply("s"));
        Assert.Null(Claim());
        Assert.Equal(1, Claim(earlier: true)!.Value.Sequence);
        Assert.Equal(1, Claim()!.Value.Sequence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_several_replies_that_carry_the_same_the_next_is_found_when_the_first_is_done_with(bool restart)
    {
        _mailbox.Decide(Reply("r"));
        _mailbox.Decide(Reply("s"));
        _mailbox.Decide(Reply("t"));
        var messages = _mailbox.Receive();
        _mailbox.Ack(messages[0].Receipt, messages[2].Receipt);
        if (restart)
        {
            _mailbox.Restart();
        }

        Assert.Equal(2, Claim(earlier: true)!.Value.Sequence);
    }

    [Fact]
    public void No_more_acknowledged_replies_are_kept_than_allowed()
    {
        var mailbox = new MailboxRig(new MailboxLimits { RepliesMax = 1 });
        for (var i = 0UL; i < 2; i++)
        {
            mailbox.Decide(new MailboxCommand.ClaimReply(i + 1, [i + 11], TimeSpan.FromSeconds(1), false));
            mailbox.Decide(mailbox.Message($"{i}") with { ReplyHash = i + 11 });
            var reply = mailbox.Ask<MailboxReply.Received>(new MailboxCommand.ClaimReply(i + 1, [i + 11], TimeSpan.FromSeconds(1), false));
            mailbox.Ack(reply.Messages[0].Receipt);
        }

        mailbox.Restart();
        Assert.Single(mailbox.Store.Bodies);
    }

    [Fact]
    public void An_expired_reply_is_not_shown()
    {
        Claim();
        _mailbox.Decide(Reply("r") with { TtlMs = 5 });
        _mailbox.Advance(5);
        Assert.Null(Claim());
        Assert.Equal("expired", Assert.Single(_mailbox.DeadLetters()).Reason);
    }

    private MailboxCommand.Enqueue Reply(string id, ulong hash = FromPeer) => _mailbox.Message(id) with { ReplyHash = hash };

    private LeasedMessage? Claim(bool earlier = false)
    {
        var received = _mailbox.Ask<MailboxReply.Received>(
            new MailboxCommand.ClaimReply(Request, [FromPeer, FromFabric], TimeSpan.FromSeconds(30), earlier));
        return received.Messages.Count == 0 ? null : Assert.Single(received.Messages);
    }
}
