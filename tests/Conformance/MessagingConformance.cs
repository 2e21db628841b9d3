using System.Text;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <summary>Messages from one supervisor to another (sections 4.3 and 9.3): what is sent arrives, as it was, in its order.</summary>
public abstract partial class MessagingConformance(IFabricFixture fixture) : ConformanceSuite(fixture)
{
    [Fact]
    public async Task Messages_arrive_in_the_order_sent()
    {
        var to = await RegisteredAsync();
        var sent = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            sent.Add(await SendToAsync(to));
        }

        var received = await ReceiveAsync(to, max: 20);

        Assert.Equal(sent, received.Select(IdOf));
        Assert.Equal(received.Select(delivery => delivery.Sequence).Order(), received.Select(delivery => delivery.Sequence));
        Assert.All(received, delivery => Assert.Equal(1, delivery.Attempt));
    }

    [Fact]
    public async Task Higher_priority_goes_first_and_first_in_first_out_within_one()
    {
        var to = await RegisteredAsync();
        var ids = new Dictionary<string, List<string>>();
        foreach (var priority in (string[])["low", "normal", "critical", "high", "low", "critical", "normal", "high"])
        {
            if (!ids.TryGetValue(priority, out var of))
            {
                ids.Add(priority, of = []);
            }

            of.Add(await SendToAsync(to, message => message["priority"] = priority));
        }

        var received = await ReceiveAsync(to);

        Assert.Equal([.. ids["critical"], .. ids["high"], .. ids["normal"], .. ids["low"]], received.Select(IdOf));
    }

    [Fact]
    public async Task What_is_delivered_is_byte_for_byte_what_was_sent()
    {
        var to = await RegisteredAsync();
        var text = $$"""
            { "version":"1.0",  "x-unknown" : [1.50, 1e3, null, {"deep":"\u00e9é\ud83d\ude00"}],
              "id":"{{NewName("m")}}","source":"sender", "destination":"{{to}}",
              "message_type":"state_query", "content":{"b":1,"a":2},	"timestamp":"2026-01-02T03:04:05.1234567+01:00" }
            """;

        await Fabric.SendAsync(new SendRequest(Encoding.UTF8.GetBytes(text)));

        Assert.Equal(text, Encoding.UTF8.GetString((await ReceiveOneAsync(to)).Message.Span));
        await Fixture.RestartAsync();
        Assert.Equal(text, Encoding.UTF8.GetString((await ReceiveOneAsync(to)).Message.Span));
    }

    [Fact]
    public async Task Traceparent_goes_from_send_to_delivery_also_over_a_restart()
    {
        const string traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var to = await RegisteredAsync();
        await Fabric.SendAsync(new SendRequest(Bytes(Message("sender", to))) { TraceParent = traceParent });

        Assert.Equal(traceParent, (await ReceiveOneAsync(to)).TraceParent);
        await Fixture.RestartAsync();
        Assert.Equal(traceParent, (await ReceiveOneAsync(to)).TraceParent);
    }

    [Fact]
    public async Task Receipt_says_what_was_sent_and_what_it_waited_for()
    {
        var to = await RegisteredAsync();
        var durable = Message("sender", to);
        var quick = Message("sender", to);

        var first = await SendAsync(durable);
        var second = await Fabric.SendAsync(new SendRequest(Bytes(quick)) { Durability = Durability.Memory });

        Assert.Equal(new SendReceipt(Text(durable, "id"), 1, Duplicate: false, Durability.Fsync), first);
        Assert.Equal(new SendReceipt(Text(quick, "id"), 1, Duplicate: false, Durability.Memory), second);
        Assert.Equal([first.Id, second.Id], (await ReceiveAsync(to)).Select(IdOf));
    }

    [Fact]
    public async Task Receiver_that_waits_is_woken_by_a_message()
    {
        var to = await RegisteredAsync();
        var waiting = Mailbox(to).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(60) });

        var id = await SendToAsync(to);

        Assert.Equal(id, IdOf(Assert.Single(await Soon(waiting))));
    }

    [Fact]
    public async Task Receiver_gets_nothing_when_its_wait_is_over()
    {
        var to = await RegisteredAsync();
        var waiting = Soon(Mailbox(to).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(20) }));

        Assert.Empty(await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Each_of_several_waiting_receivers_gets_a_message_of_its_own()
    {
        var to = await RegisteredAsync();
        var one = new ReceiveRequest { Max = 1, Wait = TimeSpan.FromSeconds(60) };
        var waiting = Enumerable.Range(0, 8).Select(_ => Soon(Mailbox(to).ReceiveAsync(one))).ToArray();

        var sent = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendToAsync(to)));

        var received = (await Task.WhenAll(waiting)).Select(messages => IdOf(Assert.Single(messages)));
        Assert.Equal(sent.Order(), received.Order());
    }

    [Fact]
    public async Task Receiver_that_goes_away_leaves_the_message_to_the_next()
    {
        var to = await RegisteredAsync();
        using var gone = new CancellationTokenSource();
        var left = Mailbox(to).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(60) }, gone.Token).AsTask();
        var stays = Soon(Mailbox(to).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(60) }));

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var id = await SendToAsync(to);

        Assert.Equal(id, IdOf(Assert.Single(await stays)));
    }

    [Fact]
    public async Task What_was_not_acknowledged_is_delivered_after_a_restart_and_what_was_is_not()
    {
        var to = await RegisteredAsync();
        var acked = await SendToAsync(to);
        var leased = await SendToAsync(to);
        var waiting = await SendToAsync(to);
        var received = await ReceiveAsync(to, max: 2);
        await Mailbox(to).AckAsync([received[0].Receipt]);

        await Fixture.RestartAsync();
        var later = await SendToAsync(to);

        var again = await ReceiveAsync(to);
        Assert.Equal([leased, waiting, later], again.Select(IdOf));
        Assert.DoesNotContain(acked, again.Select(IdOf));
        Assert.True(again[2].Sequence > again[1].Sequence);
    }

    [Fact]
    public async Task Full_mailbox_refuses_stores_nothing_and_takes_again_once_there_is_room()
    {
        var to = await RegisteredAsync();
        for (var i = 0; i < SmallLimits.Depth; i++)
        {
            await SendToAsync(to);
        }

        var refused = Message("sender", to);
        var fault = await RefusedAsync(ErrorCode.MailboxFull, SendAsync(refused));
        Assert.True(fault.RetryAfter > TimeSpan.Zero);
        Assert.Equal(Text(refused, "id"), fault.SourceMessageId);

        var first = await ReceiveAsync(to, max: 1);
        await RefusedAsync(ErrorCode.MailboxFull, SendAsync(refused));
        await Mailbox(to).AckAsync([first[0].Receipt]);
        Assert.False((await SendAsync(refused)).Duplicate);
        Assert.Equal(SmallLimits.Depth, (await Fabric.Supervisors.GetAsync(to)).Mailbox!.Value.Ready);
    }

    [Fact]
    public async Task Auto_ack_delivers_at_most_once()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);

        Assert.Single(await Mailbox(to).ReceiveAsync(new ReceiveRequest { AutoAck = true }));

        Assert.Equal(default(MailboxCounts), (await Fabric.Supervisors.GetAsync(to)).Mailbox);
        await Fixture.RestartAsync();
        Assert.Empty(await ReceiveAsync(to));
    }
}
