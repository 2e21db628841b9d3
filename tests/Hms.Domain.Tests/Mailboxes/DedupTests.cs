using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

public sealed class DedupTests
{
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void The_same_id_again_is_a_duplicate_and_delivers_nothing()
    {
        var first = _mailbox.Send("a");
        Assert.Equal(new MailboxReply.Enqueued(first.Sequence, true, null), _mailbox.Send("a"));
        Assert.Single(_mailbox.Receive());
    }

    [Fact]
    public void The_same_id_with_another_body_is_a_conflict_that_shows_what_became_of_the_first()
    {
        _mailbox.Send("a");
        var fault = _mailbox.Refused(_mailbox.Message("a", """{"other":1}"""));
        Assert.Equal(ErrorCode.Conflict, fault.Code);
        Assert.Equal(
            """{"destination":"runtime","sequence":1,"state":"waiting","since":"2027-01-15T08:00:00.000Z"}"""u8, fault.Record.Span);
    }

    [Fact]
    public void The_same_id_from_another_source_is_another_message()
    {
        _mailbox.Send("a");
        var other = _mailbox.Message("a") with { Id = Fingerprint.OfId("genetic", "a") };
        Assert.False(_mailbox.Ask<MailboxReply.Enqueued>(other).Duplicate);
    }

    [Fact]
    public void An_id_and_an_idempotency_key_of_the_same_text_are_two_things()
    {
        _mailbox.Send("a");
        var keyed = _mailbox.Message("a") with { Id = Fingerprint.OfIdempotencyKey("analysis", "a") };
        Assert.False(_mailbox.Ask<MailboxReply.Enqueued>(keyed).Duplicate);
    }

    [Fact]
    public void An_id_is_remembered_for_the_window_after_its_ack_and_no_longer()
    {
        _mailbox.Send("a");
        _mailbox.Advance(3_600_000);
        _mailbox.Ack(_mailbox.ReceiveOne().Receipt);
        _mailbox.Advance(599_999);
        Assert.True(_mailbox.Send("a").Duplicate);
        _mailbox.Advance(1);
        Assert.False(_mailbox.Send("a").Duplicate);
    }

    [Fact]
    public void A_restart_forgets_no_id()
    {
        _mailbox.Send("held");
        _mailbox.Send("acked", priority: Priority.High);
        _mailbox.Ack(_mailbox.ReceiveOne().Receipt);
        _mailbox.Restart();
        Assert.True(_mailbox.Send("held").Duplicate);
        Assert.True(_mailbox.Send("acked").Duplicate);
        _mailbox.Advance(600_000);
        Assert.True(_mailbox.Send("held").Duplicate);
        Assert.False(_mailbox.Send("acked").Duplicate);
    }

    [Fact]
    public void A_retry_under_an_idempotency_key_is_told_the_first_id_also_after_a_restart()
    {
        MailboxCommand.Enqueue Keyed(string id) =>
            _mailbox.Message(id) with { Id = Fingerprint.OfIdempotencyKey("analysis", "key"), FirstId = id };
        Assert.Null(_mailbox.Ask<MailboxReply.Enqueued>(Keyed("first")).FirstId);
        Assert.Equal("first", _mailbox.Ask<MailboxReply.Enqueued>(Keyed("second")).FirstId);
        _mailbox.Ack(_mailbox.ReceiveOne().Receipt);
        _mailbox.Restart();
        Assert.Equal("first", _mailbox.Ask<MailboxReply.Enqueued>(Keyed("third")).FirstId);
    }

    [Fact]
    public void Beyond_the_cap_the_oldest_id_is_forgotten_first()
    {
        var mailbox = new MailboxRig(new MailboxLimits { DedupMax = 2 });
        foreach (var id in new[] { "a", "b", "c" })
        {
            mailbox.Send(id);
            mailbox.Ack(mailbox.ReceiveOne().Receipt);
            mailbox.Advance(1);
        }

        Assert.True(mailbox.Send("b").Duplicate);
        Assert.True(mailbox.Send("c").Duplicate);
        Assert.False(mailbox.Send("a").Duplicate);
    }

    [Fact]
    public void What_is_forgotten_leaves_no_row()
    {
        for (var i = 0; i < 100; i++)
        {
            _mailbox.Send($"{i}");
        }

        _mailbox.Ack([.. _mailbox.Receive().Select(message => message.Receipt)]);
        _mailbox.Advance(600_000);
        _mailbox.Decide(new MailboxCommand.Wake());
        _mailbox.Decide(new MailboxCommand.Wake());
        _mailbox.Store.Commit(_mailbox.State);

        // The header, the segment in use, and the subscription to what goes to everybody.
        Assert.Equal(3, _mailbox.Store.RowCount);
        Assert.Empty(_mailbox.Store.Bodies);
    }
}
