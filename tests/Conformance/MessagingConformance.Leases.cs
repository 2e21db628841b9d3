using Hms.Abstractions;

namespace Hms.Conformance;

/// <content>Leases, and what becomes of a delivery.</content>
public abstract partial class MessagingConformance
{
    private static readonly TimeSpan Lease = new ReceiveRequest().Lease;

    [Fact]
    public async Task Leased_message_is_not_delivered_to_another_until_its_lease_ends()
    {
        var to = await RegisteredAsync();
        var id = await SendToAsync(to);
        var first = await ReceiveOneAsync(to);

        Assert.Empty(await ReceiveAsync(to));
        await Fixture.AdvanceAsync(Lease);

        var second = Assert.Single(await ReceiveAsync(to));
        Assert.Equal(id, IdOf(second));
        Assert.Equal((first.Sequence, 2), (second.Sequence, second.Attempt));
        Assert.True(second.LeasedUntil > first.LeasedUntil);
    }

    [Fact]
    public async Task Waiting_receiver_is_woken_when_a_lease_ends()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        await ReceiveOneAsync(to);
        var waiting = Soon(Mailbox(to).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(60) }));

        var received = await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(10));

        Assert.Equal(2, Assert.Single(received).Attempt);
    }

    [Fact]
    public async Task Redelivered_message_keeps_its_place()
    {
        var to = await RegisteredAsync();
        var first = await SendToAsync(to);
        await ReceiveOneAsync(to);
        var second = await SendToAsync(to);

        await Fixture.AdvanceAsync(Lease);

        Assert.Equal([first, second], (await ReceiveAsync(to)).Select(IdOf));
    }

    [Fact]
    public async Task Ack_ends_a_message_and_its_receipt_is_stale_then()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        var receipt = (await ReceiveOneAsync(to)).Receipt;

        var acked = await Mailbox(to).AckAsync([receipt, "no.such.receipt"]);
        var again = await Mailbox(to).AckAsync([receipt]);

        Assert.Equal((1, "no.such.receipt"), (acked.Acked, Assert.Single(acked.Stale)));
        Assert.Equal((0, receipt), (again.Acked, Assert.Single(again.Stale)));
        await Fixture.AdvanceAsync(Lease);
        Assert.Empty(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Receipt_holds_after_its_lease_ran_out_until_the_message_is_delivered_again()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        await SendToAsync(to);
        var first = await ReceiveAsync(to);
        await Fixture.AdvanceAsync(Lease);

        Assert.Equal(1, (await Mailbox(to).AckAsync([first[0].Receipt])).Acked);

        var second = Assert.Single(await ReceiveAsync(to));
        Assert.Equal([first[1].Receipt], (await Mailbox(to).AckAsync([first[1].Receipt])).Stale);
        Assert.Equal(1, (await Mailbox(to).AckAsync([second.Receipt])).Acked);
    }

    [Fact]
    public async Task Receipt_from_before_a_restart_still_acknowledges()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        var receipt = (await ReceiveOneAsync(to)).Receipt;

        await Fixture.RestartAsync();

        Assert.Equal(1, (await Mailbox(to).AckAsync([receipt])).Acked);
        Assert.Empty(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Receipt_from_before_a_restart_is_stale_once_the_message_was_delivered_again()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        var receipt = (await ReceiveOneAsync(to)).Receipt;

        await Fixture.RestartAsync();
        await ReceiveOneAsync(to);

        Assert.Equal([receipt], (await Mailbox(to).AckAsync([receipt])).Stale);
    }

    [Fact]
    public async Task Nack_makes_a_message_deliverable_at_once_with_the_next_attempt()
    {
        var to = await RegisteredAsync();
        var id = await SendToAsync(to);
        var first = await ReceiveOneAsync(to);

        Assert.Equal(1, (await Mailbox(to).NackAsync(new NackRequest([first.Receipt]))).Acked);

        var second = await ReceiveOneAsync(to);
        Assert.Equal((id, 2), (IdOf(second), second.Attempt));
        Assert.Equal([first.Receipt], (await Mailbox(to).AckAsync([first.Receipt])).Stale);
    }

    [Fact]
    public async Task Nack_with_a_delay_keeps_a_message_away_for_so_long()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        var first = await ReceiveOneAsync(to);
        await Mailbox(to).NackAsync(new NackRequest([first.Receipt]) { Delay = TimeSpan.FromSeconds(5) });

        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(4_999));
        Assert.Empty(await ReceiveAsync(to));
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal(2, (await ReceiveOneAsync(to)).Attempt);
    }

    [Fact]
    public async Task Return_gives_a_message_back_with_no_attempt_counted()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        var first = await ReceiveOneAsync(to);

        Assert.Equal(1, (await Mailbox(to).ReturnAsync([first.Receipt])).Acked);

        var second = await ReceiveOneAsync(to);
        Assert.Equal(1, second.Attempt);
        Assert.NotEqual(first.Receipt, second.Receipt);
    }

    [Fact]
    public async Task Extended_lease_holds_from_now_on()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        var first = await ReceiveOneAsync(to);
        await Fixture.AdvanceAsync(Lease / 2);

        Assert.Equal(1, (await Mailbox(to).ExtendAsync([first.Receipt], TimeSpan.FromMinutes(1))).Acked);

        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(59));
        Assert.Empty(await ReceiveAsync(to));
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Single(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Counts_follow_messages_through_their_life()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        await SendToAsync(to);
        await SendToAsync(to);
        var received = await ReceiveAsync(to, max: 2);
        await Mailbox(to).NackAsync(new NackRequest([received[0].Receipt]) { DeadLetter = true });

        Assert.Equal(new MailboxCounts(1, 1, 1), (await Fabric.Supervisors.GetAsync(to)).Mailbox);
    }
}
