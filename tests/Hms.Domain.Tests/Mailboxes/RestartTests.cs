using System.Runtime.CompilerServices;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

public sealed class RestartTests
{
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void An_entry_has_the_sixty_bytes_that_its_row_says()
    {
        var entry = typeof(MailboxState).Assembly.GetType("Hms.Domain.Mailboxes.Entry", throwOnError: true)!;
        Assert.Equal(60, RuntimeHelpers.SizeOf(entry.TypeHandle));
        _mailbox.Send("a");
        _mailbox.Store.Commit(_mailbox.State);
        var row = _mailbox.Store.Rows.Single(row => row.Key.Kind == 's').Value;
        Assert.Equal((1 + (2 * 60), 60), (row.Length, row.Span[0]));
    }

    [Fact]
    public void A_row_written_by_the_first_version_is_still_read()
    {
        var state = new MailboxState("runtime", new MailboxLimits(), 1);
        state.Load(RowKey.Of('h'), Convert.FromHexString("01" + "1000000000000000"));
        state.Load(
            RowKey.Of('s', 0),
            Convert.FromHexString(
                "3C" + new string('0', 120)
                + "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" // id, body hash, reply, body
                + "0050D918A3010000" + "E803000000000000" // at, ttl
                + "05000000" + "06000000" + "0700" + "01" + "03")); // id, length, attempts, held, critical
        state.Loaded();
        var now = MailboxRig.Time(0x01A318D95000);
        var received = (MailboxReply.Received)MailboxMachine.Decide(
            state, new MailboxCommand.Receive(1, TimeSpan.FromSeconds(1)), now).Reply!;
        Assert.Equal((1L, 8, 4L), (received.Messages[0].Sequence, received.Messages[0].Attempt, received.Messages[0].Body));
        var again = MailboxMachine.Decide(
            state,
            _mailbox.Message("a") with { Id = new Fingerprint(1, 5), BodyHash = 2 },
            now);
        Assert.Equal(new MailboxReply.Enqueued(1, true, null), again.Reply);
    }

    [Theory]
    [InlineData('s')]
    [InlineData('z')]
    public void A_row_of_another_version_is_an_error_and_not_a_guess(char kind)
    {
        var state = new MailboxState("runtime", new MailboxLimits(), 1);
        Assert.Throws<InvalidDataException>(() => state.Load(RowKey.Of(kind), new byte[65]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(31)]
    public void No_sequence_is_given_out_twice_even_when_nothing_is_left_of_the_first(int count)
    {
        var used = new HashSet<long>();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True(used.Add(_mailbox.Send($"{round} {i}").Sequence));
            }

            _mailbox.Ack([.. _mailbox.Receive().Select(message => message.Receipt)]);
            _mailbox.Advance(600_000);
            _mailbox.Decide(new MailboxCommand.Wake());
            _mailbox.Restart();
        }
    }

    [Fact]
    public void Order_priority_and_attempts_survive_a_restart_and_leases_do_not()
    {
        _mailbox.Send("a");
        _mailbox.Send("b", priority: Priority.Critical);
        _mailbox.Send("c");
        _mailbox.Nack(_mailbox.ReceiveOne().Receipt, delayMs: 60_000);
        _mailbox.Receive();
        _mailbox.Restart();
        Assert.Equal([(2L, 2), (1L, 1), (3L, 1)], _mailbox.Receive().Select(message => (message.Sequence, message.Attempt)));
    }

    [Fact]
    public void A_body_is_stored_once_and_goes_with_its_ack()
    {
        var sent = _mailbox.Message("a", """{"x":1}""");
        _mailbox.Decide(sent);
        _mailbox.Store.Commit(_mailbox.State);
        Assert.Equal("""{"x":1}"""u8, _mailbox.Store.Bodies[sent.BodyId]);
        _mailbox.Ack(_mailbox.ReceiveOne().Receipt);
        _mailbox.Store.Commit(_mailbox.State);
        Assert.Empty(_mailbox.Store.Bodies);
    }

    [Fact]
    public void A_mailbox_may_leave_the_memory_only_when_its_rows_say_all()
    {
        _mailbox.Send("a");
        Assert.True(_mailbox.State.IsQuiescent);
        var receipt = _mailbox.ReceiveOne().Receipt;
        Assert.False(_mailbox.State.IsQuiescent);
        _mailbox.Ack(receipt);
        Assert.True(_mailbox.State.IsQuiescent);
    }

    [Fact]
    public void What_would_survive_a_restart_is_waited_for_durably()
    {
        _mailbox.Send("a", priority: Priority.High);
        _mailbox.Send("b", ttl: 5_000);
        _mailbox.ReceiveOne(leaseMs: 1_000);
        Assert.Equal(MailboxRig.Time(_mailbox.Now + 1_000), _mailbox.State.NextWake);
        Assert.Equal(MailboxRig.Time(_mailbox.Now + 5_000), _mailbox.State.DurableWake);
    }

    /// <summary>A commit at that time stored no wake-up, and after a crash nobody told the source until somebody used the mailbox.</summary>
    [Fact]
    public void A_message_whose_time_ran_out_while_it_was_held_is_due_after_a_restart()
    {
        _mailbox.Send("a", ttl: 1_000);
        var held = _mailbox.ReceiveOne();
        _mailbox.Advance(2_000);
        _mailbox.Decide(new MailboxCommand.Wake());
        Assert.Equal(MailboxRig.Time(_mailbox.Now - 1_000), _mailbox.State.DurableWake);
        _mailbox.Ack(held.Receipt);
        Assert.Null(_mailbox.State.DurableWake);
    }
}
