using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <summary>One to many (sections 4.2, 4.4, 6.2 and 6.3): what is published reaches all who subscribe, once, in its order.</summary>
public abstract partial class TopicConformance(IFabricFixture fixture) : ConformanceSuite(fixture)
{
    [Fact]
    public async Task Every_subscriber_gets_what_is_published_with_the_topic_named()
    {
        var topic = NewName("alerts");
        var (one, other) = (await SubscribedAsync(topic), await SubscribedAsync(topic));

        var receipt = await PublishAsync(topic, "m1");

        Assert.Equal(2, receipt.Deliveries);
        foreach (var subscriber in (string[])[one, other])
        {
            var delivery = await ReceiveOneAsync(subscriber);
            Assert.Equal(topic, delivery.Topic);
            Assert.EndsWith("m1", IdOf(delivery), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Publisher_does_not_hear_itself()
    {
        var topic = NewName("alerts");
        var (one, other) = (await SubscribedAsync(topic), await SubscribedAsync(topic));

        var receipt = await SendAsync(Message(one, $"topic:{topic}"));
        await SendAsync(Message(other, $"topic:{topic}", "m2" + topic));

        Assert.Equal(1, receipt.Deliveries);
        Assert.Equal("m2" + topic, IdOf(await ReceiveOneAsync(one)));
        Assert.Equal(receipt.Id, IdOf(await ReceiveOneAsync(other)));
        Assert.Empty(await ReceiveAsync(one));
        Assert.Empty(await ReceiveAsync(other));
    }

    [Fact]
    public async Task Publishing_to_an_unknown_topic_creates_it()
    {
        var topic = NewName("alerts");
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Topics.GetAsync(topic));

        var receipt = await PublishAsync(topic, "m1");

        Assert.Equal(0, receipt.Deliveries);
        var record = await Fabric.Topics.GetAsync(topic);
        Assert.Equal((1L, 2L, 1L, 0), (record.First, record.Next, record.Messages, record.Subscribers));
    }

    [Fact]
    public async Task Order_is_kept_also_where_the_topic_is_only_made_and_nobody_waits_for_the_message_before()
    {
        for (var round = 0; round < 3; round++)
        {
            var topic = NewName("alerts");
            string[] ids = [.. Enumerable.Range(0, 60).Select(number => $"{topic}-{number:00}")];

            // Some alone, some together, as several bodies and frames come in behind each other.
            var sends = new List<Task>();
            for (var i = 0; i < ids.Length; i += 4)
            {
                sends.Add(Fabric.SendAsync(Request(topic, ids[i])).AsTask());
                sends.Add(Fabric.SendManyAsync([Request(topic, ids[i + 1]), Request(topic, ids[i + 2]), Request(topic, ids[i + 3])]).AsTask());
                if (i % 16 == 0)
                {
                    await Task.WhenAny(sends);
                }
            }

            await Task.WhenAll(sends);
            var log = await Fabric.Topics.ReadAsync(topic, 1, 100);
            Assert.Equal(ids, log.Items.Select(message => JsonNode.Parse(message.Message.Span)!["id"]!.GetValue<string>()));
        }

        static SendRequest Request(string topic, string id) => new(Bytes(Message("tester", $"topic:{topic}", id)));
    }

    [Fact]
    public async Task Order_is_kept_for_each_subscriber()
    {
        var topic = NewName("alerts");
        var subscriber = await SubscribedAsync(topic);
        var sent = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            sent.Add((await PublishAsync(topic, $"m{i}")).Id);
        }

        Assert.Equal(sent, await ReceiveIdsAsync(subscriber, 30));
    }

    [Fact]
    public async Task Subscription_from_the_earliest_replays_what_is_retained()
    {
        var topic = NewName("alerts");
        string[] sent = [(await PublishAsync(topic, "m1")).Id, (await PublishAsync(topic, "m2")).Id, (await PublishAsync(topic, "m3")).Id];

        var (all, some, none) = (
            await SubscribedAsync(topic, SubscriptionStart.Earliest),
            await SubscribedAsync(topic, new SubscriptionStart(3)),
            await SubscribedAsync(topic));

        Assert.Equal(sent, await ReceiveIdsAsync(all, 3));
        Assert.Equal([sent[2]], await ReceiveIdsAsync(some, 1));
        await PublishAsync(topic, "m4");
        Assert.EndsWith("m4", IdOf(await ReceiveOneAsync(none)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeated_message_is_published_once()
    {
        var topic = NewName("alerts");
        var subscriber = await SubscribedAsync(topic);
        var message = Message("sender", $"topic:{topic}");

        var first = await SendAsync(message);
        var second = await SendAsync(message);
        message["content"] = 2;

        Assert.Equal((false, true), (first.Duplicate, second.Duplicate));
        await RefusedAsync(ErrorCode.Conflict, SendAsync(message));
        Assert.Single(await ReceiveIdsAsync(subscriber, 1));
        Assert.Empty(await ReceiveAsync(subscriber));
    }

    [Fact]
    public async Task Topics_message_is_an_ordinary_message_in_the_mailbox()
    {
        var topic = NewName("alerts");
        var subscriber = await SubscribedAsync(topic);
        await PublishAsync(topic, "m1");
        await PublishAsync(topic, "m2");

        var first = await ReceiveOneAsync(subscriber);
        await Mailbox(subscriber).NackAsync(new NackRequest([first.Receipt]));
        var again = new List<Delivery>();
        while (again.Count < 2)
        {
            again.AddRange(await ReceiveAsync(subscriber, wait: TimeSpan.FromSeconds(60)));
        }

        await Mailbox(subscriber).AckAsync([again[0].Receipt]);
        await Mailbox(subscriber).NackAsync(new NackRequest([again[1].Receipt]) { DeadLetter = true, Reason = "broken" });

        Assert.Equal((first.Sequence, 2), (again[0].Sequence, again[0].Attempt));
        var dead = Assert.Single((await Mailbox(subscriber).DeadLettersAsync(0, 10)).Items);
        Assert.Equal("broken", dead.Reason);
        Assert.Equal(1, await Mailbox(subscriber).RedriveAsync(null));
        Assert.Equal(topic, (await ReceiveOneAsync(subscriber)).Topic);
    }

    [Fact]
    public async Task Subscription_and_what_was_not_acknowledged_survive_a_restart()
    {
        var topic = NewName("alerts");
        var subscriber = await SubscribedAsync(topic);
        await PublishAsync(topic, "m1");
        await PublishAsync(topic, "m2");
        var first = await ReceiveOneAsync(subscriber);
        await Mailbox(subscriber).AckAsync([first.Receipt]);

        await Fixture.RestartAsync();
        await PublishAsync(topic, "m3");

        var ids = await ReceiveIdsAsync(subscriber, 2);
        Assert.EndsWith("m2", ids[0], StringComparison.Ordinal);
        Assert.EndsWith("m3", ids[1], StringComparison.Ordinal);
        Assert.Empty(await ReceiveAsync(subscriber));
    }

    [Fact]
    public async Task Full_subscriber_spoils_no_other_and_catches_up()
    {
        var topic = NewName("alerts");
        var (full, other) = (await SubscribedAsync(topic), await SubscribedAsync(topic));
        var sent = new List<string>();
        for (var i = 0; i < SmallLimits.Depth + 10; i++)
        {
            sent.Add((await PublishAsync(topic, $"m{i}")).Id);
            var got = await ReceiveOneAsync(other);
            Assert.Equal(sent[i], IdOf(got));
            await Mailbox(other).AckAsync([got.Receipt]);
        }

        Assert.Equal(sent[..SmallLimits.Depth], await ReceiveIdsAsync(full, SmallLimits.Depth));
        var rest = ReceiveIdsAsync(full, 10);
        Assert.Equal(sent[SmallLimits.Depth..], await AdvanceUntilAsync(rest, TimeSpan.FromMilliseconds(500)));
    }

    [Fact]
    public async Task Unsubscribed_hears_no_more_and_keeps_what_it_has()
    {
        var topic = NewName("alerts");
        var subscriber = await SubscribedAsync(topic);
        await PublishAsync(topic, "m1");
        await ReceiveOneAsync(subscriber);

        await Fabric.Topics.UnsubscribeAsync(topic, subscriber);
        var receipt = await PublishAsync(topic, "m2");

        Assert.Equal(0, receipt.Deliveries);
        Assert.Equal(1, (await Fabric.Supervisors.GetAsync(subscriber)).Mailbox!.Value.Leased);
        await RefusedAsync(ErrorCode.DestinationNotFound, () => Fabric.Topics.UnsubscribeAsync(topic, subscriber).AsTask());
    }

    [Fact]
    public async Task Subscribing_again_changes_nothing()
    {
        var topic = NewName("alerts");
        var subscriber = await SubscribedAsync(topic);
        await PublishAsync(topic, "m1");
        Assert.Single(await ReceiveIdsAsync(subscriber, 1));

        Assert.False(await Fabric.Topics.SubscribeAsync(topic, subscriber, SubscriptionStart.Earliest));

        Assert.Empty(await ReceiveAsync(subscriber));
    }

    [Fact]
    public async Task Replay_reads_the_log_in_pages_and_moves_no_cursor()
    {
        var topic = NewName("alerts");
        var sent = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            sent.Add((await PublishAsync(topic, $"m{i}")).Id);
        }

        var read = new List<string>();
        for (var from = 0L; ;)
        {
            var page = await Fabric.Topics.ReadAsync(topic, from, 2);
            read.AddRange(page.Items.Select(item => Text(Read(item.Message), "id")));
            if (page.Next is null)
            {
                break;
            }

            from = long.Parse(page.Next, System.Globalization.CultureInfo.InvariantCulture);
        }

        Assert.Equal(sent, read);
        Assert.Empty((await Fabric.Topics.ReadAsync(topic, 6, 2)).Items);
    }

    [Fact]
    public async Task Who_is_not_registered_cannot_subscribe_and_leaves_no_topic()
    {
        var topic = NewName("alerts");

        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Topics.SubscribeAsync(topic, NewName("nobody"), SubscriptionStart.New));

        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Topics.GetAsync(topic));
    }

    protected async Task<string> SubscribedAsync(string topic, SubscriptionStart start = default)
    {
        var subscriber = await RegisteredAsync("subscriber");
        Assert.True(await Soon(Fabric.Topics.SubscribeAsync(topic, subscriber, start)));
        return subscriber;
    }

    protected Task<SendReceipt> PublishAsync(string topic, string id) => Soon(SendAsync(Message("sender", $"topic:{topic}", $"{topic} {id}")));

    /// <summary>Receives and acknowledges as many messages as are to come.</summary>
    protected async Task<List<string>> ReceiveIdsAsync(string subscriber, int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
        {
            var received = await ReceiveAsync(subscriber, count - ids.Count, TimeSpan.FromSeconds(60));
            ids.AddRange(received.Select(IdOf));
            await Mailbox(subscriber).AckAsync([.. received.Select(delivery => delivery.Receipt)]);
        }

        return ids;
    }
}
