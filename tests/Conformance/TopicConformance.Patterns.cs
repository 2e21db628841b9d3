using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <content>Patterns, and what goes to everybody.</content>
public abstract partial class TopicConformance
{
    [Fact]
    public async Task Pattern_hears_topics_that_are_there_and_topics_that_come()
    {
        var root = NewName("site");
        await PublishAsync($"{root}.a.temperature", "m1");
        var word = await SubscribedAsync($"{root}.*.temperature");
        var rest = await SubscribedAsync($"{root}.>");

        await PublishAsync($"{root}.a.temperature", "m2");
        await PublishAsync($"{root}.b.temperature", "m3");
        await PublishAsync($"{root}.b.pressure", "m4");
        await PublishAsync(root, "m5");

        Assert.Equal([$"{root}.a.temperature m2", $"{root}.b.temperature m3"], (await ReceiveIdsAsync(word, 2)).Order());
        Assert.Equal(
            [$"{root}.a.temperature m2", $"{root}.b.pressure m4", $"{root}.b.temperature m3"], (await ReceiveIdsAsync(rest, 3)).Order());
        Assert.Empty(await ReceiveAsync(word));
        Assert.Empty(await ReceiveAsync(rest));
    }

    [Fact]
    public async Task Pattern_from_the_earliest_replays_every_topic()
    {
        var root = NewName("site");
        await PublishAsync($"{root}.a", "m1");
        await PublishAsync($"{root}.b", "m2");

        var subscriber = await SubscribedAsync($"{root}.>", SubscriptionStart.Earliest);

        Assert.Equal([$"{root}.a m1", $"{root}.b m2"], (await ReceiveIdsAsync(subscriber, 2)).Order());
    }

    [Fact]
    public async Task Who_subscribes_in_two_ways_hears_once_until_both_have_ended()
    {
        var root = NewName("site");
        var subscriber = await SubscribedAsync($"{root}.a");
        await Fabric.Topics.SubscribeAsync($"{root}.*", subscriber, SubscriptionStart.New);
        await PublishAsync($"{root}.a", "m1");
        Assert.Single(await ReceiveIdsAsync(subscriber, 1));
        Assert.Empty(await ReceiveAsync(subscriber));

        await Fabric.Topics.UnsubscribeAsync($"{root}.a", subscriber);
        await PublishAsync($"{root}.a", "m2");
        Assert.Single(await ReceiveIdsAsync(subscriber, 1));
        var record = Assert.Single((await Fabric.Topics.SubscribersAsync($"{root}.a", "", 10)).Items);
        Assert.Equal((subscriber, $"{root}.*"), (record.Supervisor, Assert.Single(record.Patterns)));

        await Fabric.Topics.UnsubscribeAsync($"{root}.*", subscriber);
        Assert.Equal(0, (await PublishAsync($"{root}.a", "m3")).Deliveries);
    }

    [Theory]
    [InlineData("a.*b")]
    [InlineData("a.>.b")]
    [InlineData(">>")]
    [InlineData("**")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task Malformed_topic_or_pattern_is_refused(string topic)
    {
        var subscriber = await RegisteredAsync();

        await RefusedAsync(ErrorCode.Validation, Fabric.Topics.SubscribeAsync(topic, subscriber, SubscriptionStart.New));
    }

    [Fact]
    public async Task Pattern_cannot_begin_at_a_sequence()
    {
        var subscriber = await RegisteredAsync();

        await RefusedAsync(ErrorCode.Validation, Fabric.Topics.SubscribeAsync("a.*", subscriber, new SubscriptionStart(5)));
    }

    [Fact]
    public async Task Star_as_a_pattern_is_every_topic_of_one_word()
    {
        var subscriber = await SubscribedAsync("*");
        var topic = NewName("word");
        await PublishAsync($"{topic}.two", "m1");
        await PublishAsync(topic, "m2");

        var delivery = await ReceiveOneAsync(subscriber);

        Assert.Equal(topic, delivery.Topic);
        Assert.Equal(["*"], Assert.Single((await Fabric.Topics.SubscribersAsync(topic, "", 10)).Items).Patterns);
        await Fabric.Topics.UnsubscribeAsync("*", subscriber);
    }

    [Fact]
    public async Task Broadcast_reaches_all_who_are_registered_except_its_source()
    {
        var (one, other, late) = (await RegisteredAsync(), await RegisteredAsync(), NewName("late"));
        var known = await Fabric.StatusAsync();

        var receipt = await SendAsync(Message(one, "*"));
        await Fabric.Supervisors.RegisterAsync(late, new Registration("test"));

        Assert.InRange(receipt.Deliveries, 1, known.Supervisors!.Value - 1);
        var delivery = await ReceiveOneAsync(other);
        Assert.Equal(("*", receipt.Id), (delivery.Topic, IdOf(delivery)));
        Assert.Empty(await ReceiveAsync(one));
        Assert.Empty(await ReceiveAsync(late));
    }

    [Fact]
    public async Task Who_has_deregistered_hears_nothing_and_its_subscriptions_are_gone()
    {
        var topic = NewName("alerts");
        var subscriber = await SubscribedAsync(topic);
        await PublishAsync(topic, "m1");
        await ReceiveOneAsync(subscriber);

        await Fabric.Supervisors.DeregisterAsync(subscriber);
        Assert.Equal(0, (await PublishAsync(topic, "m2")).Deliveries);
        await Fabric.Supervisors.RegisterAsync(subscriber, new Registration("test"));
        await PublishAsync(topic, "m3");

        Assert.Empty(await ReceiveAsync(subscriber));
        Assert.Equal("deregistered", Assert.Single((await Mailbox(subscriber).DeadLettersAsync(0, 10)).Items).Reason);
    }

    [Fact]
    public async Task Topics_are_listed_by_name_with_what_they_hold()
    {
        var root = NewName("list");
        await PublishAsync($"{root}.b", "m1");
        await PublishAsync($"{root}.a", "m1");
        await PublishAsync($"{root}.a", "m2");

        var page = await Fabric.Topics.ListAsync(root, 2);

        Assert.Equal([$"{root}.a", $"{root}.b"], page.Items.Select(record => record.Topic));
        Assert.Equal([2L, 1L], page.Items.Select(record => record.Messages));
    }

    [Fact]
    public async Task Expired_message_of_a_topic_becomes_a_dead_letter_and_is_not_reported()
    {
        var topic = NewName("alerts");
        var subscriber = await SubscribedAsync(topic);
        var source = await RegisteredAsync("source");
        var message = Message(source, $"topic:{topic}");
        message["ttl"] = 1_000;
        await SendAsync(message);
        var held = (await ReceiveOneAsync(subscriber)).Receipt;
        await Mailbox(subscriber).ReturnAsync([held]);

        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Empty(await ReceiveAsync(subscriber));
        Assert.Equal("expired", Assert.Single((await Mailbox(subscriber).DeadLettersAsync(0, 10)).Items).Reason);
        Assert.Empty(await ReceiveAsync(source));
    }
}
