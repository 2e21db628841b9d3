using System.Text;
using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Compression;

namespace Hms.Conformance;

/// <summary>Several messages at once (section 9.1), and messages in messages (section 9.2).</summary>
public abstract class BulkConformance(IFabricFixture fixture) : ConformanceSuite(fixture)
{
    [Fact]
    public async Task Messages_sent_together_are_each_answered_and_arrive_in_their_order()
    {
        var (one, other) = (await RegisteredAsync(), await RegisteredAsync());
        var messages = Enumerable.Range(0, 20).Select(i => Message("sender", i % 3 == 0 ? other : one)).ToList();
        messages.Insert(7, Message("sender", NewName("nobody")));
        messages.Insert(11, Message("", one));

        var outcomes = await SendManyAsync(messages);

        Assert.Equal([7, 11], Enumerable.Range(0, 22).Where(i => outcomes[i].Fault is not null));
        Assert.Equal((ErrorCode.DestinationNotFound, Text(messages[7], "id")), (outcomes[7].Fault!.Code, outcomes[7].Fault!.SourceMessageId));
        Assert.Equal(ErrorCode.Validation, outcomes[11].Fault!.Code);
        Assert.Equal(Sent(one), (await ReceiveAsync(one, max: 20)).Select(IdOf));
        Assert.Equal(Sent(other), (await ReceiveAsync(other, max: 20)).Select(IdOf));

        IEnumerable<string> Sent(string to) => messages
            .Where((message, i) => outcomes[i].Fault is null && Text(message, "destination") == to).Select(message => Text(message, "id"));
    }

    [Fact]
    public async Task Calls_that_were_made_one_after_the_other_keep_their_order_though_nobody_waited()
    {
        var to = await RegisteredAsync();
        await Fixture.RestartAsync();
        var messages = Enumerable.Range(0, 30).Select(_ => Message("sender", to)).ToArray();

        var calls = messages.Chunk(3).Select(part => SendManyAsync(part)).ToArray();
        await Task.WhenAll(calls);

        Assert.Equal(messages.Select(message => Text(message, "id")), (await ReceiveAsync(to, max: 30)).Select(IdOf));
    }

    [Fact]
    public async Task The_same_message_twice_in_one_call_is_a_duplicate()
    {
        var to = await RegisteredAsync();
        var message = Message("sender", to);

        var outcomes = await SendManyAsync([message, message]);

        Assert.Equal([false, true], outcomes.Select(outcome => outcome.Receipt.Duplicate));
        Assert.Single(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Each_message_of_a_batch_is_handled_alone()
    {
        var (to, topic) = (await RegisteredAsync(), NewName("topic"));
        await Fabric.Topics.SubscribeAsync(topic, to, SubscriptionStart.New);
        var good = Message("sender", to);
        var published = Message("sender", $"topic:{topic}");
        var nested = Batch([good.DeepClone()]);
        var batch = Batch([good, Message("sender", NewName("nobody")), nested, 7, published]);

        var receipt = await SendAsync(batch);

        Assert.Equal(Text(batch, "id"), receipt.Id);
        Assert.Equal(
            [null, ErrorCode.DestinationNotFound, ErrorCode.Validation, ErrorCode.MessageFormat, null],
            receipt.Results!.Select(result => result.Fault?.Code));
        Assert.Equal(Text(nested, "id"), receipt.Results![2].Fault!.SourceMessageId);
        Assert.Equal(
            new[] { Text(good, "id"), Text(published, "id") }.Order(),
            new[] { IdOf(await ReceiveOneAsync(to)), IdOf(await ReceiveOneAsync(to)) }.Order());
    }

    [Fact]
    public async Task Batch_takes_no_idempotency_key_and_has_no_reply()
    {
        var batch = Bytes(Batch([Message("sender", await RegisteredAsync())]));

        await RefusedAsync(ErrorCode.Validation, Fabric.SendAsync(new SendRequest(batch) { IdempotencyKey = "k" }));
        await RefusedAsync(ErrorCode.Validation, Fabric.RequestAsync(new SendRequest(batch), TimeSpan.Zero));
    }

    [Fact]
    public async Task Compressed_message_is_routed_as_the_one_inside_and_delivered_as_it_was_sent()
    {
        var to = await RegisteredAsync();
        var first = await SendToAsync(to);
        var inner = Message("sender", to);
        (inner["priority"], inner["message_type"]) = ("critical", "health_notification");
        inner["content"] = new JsonObject { ["component_id"] = "c", ["status"] = "Healthy" };
        var outer = Bytes(Compressed(inner));

        await Fabric.SendAsync(new SendRequest(outer));

        var delivery = await ReceiveOneAsync(to);
        Assert.Equal(Encoding.UTF8.GetString(outer), Encoding.UTF8.GetString(delivery.Message.Span));
        Assert.Equal(first, IdOf(await ReceiveOneAsync(to)));
    }

    [Fact]
    public async Task Compressed_message_whose_inside_breaks_its_schema_or_is_another_is_refused()
    {
        var to = await RegisteredAsync();
        var bad = Message("sender", to);
        (bad["message_type"], bad["content"]) = ("health_notification", new JsonObject());
        var other = Compressed(Message("sender", to));
        other["id"] = NewName("other");

        var fault = await RefusedAsync(ErrorCode.Validation, SendAsync(Compressed(bad)));

        Assert.Contains(fault.Problems, problem => problem.Path == "/content/content/status");
        await RefusedAsync(ErrorCode.Validation, SendAsync(other));
        Assert.Empty(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Compressed_message_that_is_too_large_unpacked_is_refused()
    {
        var inner = Message("sender", await RegisteredAsync());
        inner["content"] = new string(' ', 2 << 20);

        await RefusedAsync(ErrorCode.PayloadTooLarge, SendAsync(Compressed(inner)));
    }

    [Fact]
    public async Task Compressed_reply_answers_a_request()
    {
        var (asking, asked) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(asking, asked);
        var waiting = Soon(Fabric.RequestAsync(new SendRequest(Bytes(request)), TimeSpan.FromSeconds(60)));
        await ReceiveOneAsync(asked);
        var inner = Answer(request);
        var outer = Compressed(inner);

        await SendAsync(outer);

        await using var reply = await waiting;
        Assert.Equal(outer.ToJsonString(), Encoding.UTF8.GetString(reply.Message.Span));
    }

    [Fact]
    public async Task Compressed_request_that_expires_unread_is_answered_by_the_fabric()
    {
        var request = Message(await RegisteredAsync(), await RegisteredAsync());
        (request["ttl"], request["correlation_id"]) = (2_000, NewName("plan"));
        var outer = Compressed(request);
        outer.Remove("correlation_id");
        outer.Remove("ttl");
        var asked = Soon(Fabric.RequestAsync(new SendRequest(Bytes(outer)), TimeSpan.FromSeconds(60)));

        await using var reply = await AdvanceUntilAsync(asked, TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCode.MessageTimeout, reply.Error?.Code);
    }

    private Task<IReadOnlyList<SendOutcome>> SendManyAsync(IReadOnlyList<JsonObject> messages) =>
        Soon(Fabric.SendManyAsync([.. messages.Select(message => new SendRequest(Bytes(message)))]));

    private static JsonObject Batch(JsonArray messages)
    {
        var batch = Message("sender", "meta_supervisor");
        (batch["message_type"], batch["content"]) = ("message_batch", messages);
        return batch;
    }

    private static JsonObject Compressed(JsonObject inner)
    {
        var outer = inner.DeepClone().AsObject();
        outer["message_type"] = $"compressed:{Text(inner, "message_type")}";
        outer["content"] = Convert.ToBase64String(Gzip.Pack(Bytes(inner)));
        outer.Remove("priority");
        return outer;
    }
}
