using Hms.Abstractions;

namespace Hms.Conformance;

/// <content>What receivers with a lasting connection rely on.</content>
public abstract partial class MessagingConformance
{
    [Fact]
    public async Task What_a_receiver_holds_is_delivered_again_under_new_receipts_and_counts_no_attempt()
    {
        var to = await RegisteredAsync();
        string[] sent = [await SendToAsync(to), await SendToAsync(to), await SendToAsync(to)];
        var first = await ReceiveAsync(to, max: 3);

        var again = await Soon(Mailbox(to).RedeliverAsync(first[0].Sequence, 10, TimeSpan.FromSeconds(30)));

        Assert.Equal(sent[1..], again.Select(IdOf));
        Assert.All(again, delivery => Assert.Equal(1, delivery.Attempt));
        Assert.Equal([first[1].Receipt], (await Mailbox(to).AckAsync([first[0].Receipt, first[1].Receipt])).Stale);
        Assert.Equal(2, (await Mailbox(to).AckAsync([.. again.Select(delivery => delivery.Receipt)])).Acked);
        Assert.Empty(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Who_waits_hears_of_an_ack_and_of_the_end_of_a_lease()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        await SendToAsync(to);
        var held = await ReceiveAsync(to, max: 2);
        string[] receipts = [.. held.Select(delivery => delivery.Receipt)];

        Assert.Empty(await Soon(Mailbox(to).AwaitSettledAsync(receipts, TimeSpan.Zero)));
        var waiting = Soon(Mailbox(to).AwaitSettledAsync(receipts, TimeSpan.FromSeconds(60)));
        await Mailbox(to).AckAsync([receipts[0]]);
        Assert.Equal([receipts[0]], await waiting);

        waiting = Soon(Mailbox(to).AwaitSettledAsync([receipts[1]], TimeSpan.FromMinutes(5)));
        Assert.Equal([receipts[1]], await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(5)));
    }
}
