using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <content>The same message sent again.</content>
public abstract partial class MessagingConformance
{
    [Fact]
    public async Task Repeated_message_is_a_duplicate_and_is_delivered_once()
    {
        var to = await RegisteredAsync();
        var message = Message("sender", to);
        Assert.False((await SendAsync(message)).Duplicate);

        Assert.True((await SendAsync(message)).Duplicate);

        var received = Assert.Single(await ReceiveAsync(to));
        await Mailbox(to).AckAsync([received.Receipt]);
        Assert.True((await SendAsync(message)).Duplicate);
        Assert.Empty(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Duplicates_are_known_after_a_restart()
    {
        var to = await RegisteredAsync();
        var acked = Message("sender", to);
        var waiting = Message("sender", to);
        await SendAsync(acked);
        await Mailbox(to).AckAsync([(await ReceiveOneAsync(to)).Receipt]);
        await SendAsync(waiting);

        await Fixture.RestartAsync();

        Assert.True((await SendAsync(acked)).Duplicate);
        Assert.True((await SendAsync(waiting)).Duplicate);
        Assert.Equal(Text(waiting, "id"), IdOf(Assert.Single(await ReceiveAsync(to))));
    }

    [Fact]
    public async Task Same_id_with_another_body_is_a_conflict_that_shows_the_record()
    {
        var to = await RegisteredAsync();
        var message = Message("sender", to);
        await SendAsync(message);
        message["content"] = new JsonObject { ["other"] = true };

        var fault = await RefusedAsync(ErrorCode.Conflict, SendAsync(message));

        Assert.Equal(to, Text(Read(fault.Record), "destination"));
        Assert.Equal(Text(message, "id"), fault.SourceMessageId);
        Assert.Single(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Id_may_be_used_again_once_the_window_is_over()
    {
        var to = await RegisteredAsync();
        var message = Message("sender", to);
        await SendAsync(message);
        await Mailbox(to).AckAsync([(await ReceiveOneAsync(to)).Receipt]);

        await Fixture.AdvanceAsync(SmallLimits.DedupWindow);

        Assert.False((await SendAsync(message)).Duplicate);
        Assert.Single(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Same_id_from_another_source_or_to_another_recipient_is_another_message()
    {
        var one = await RegisteredAsync();
        var other = await RegisteredAsync();
        var id = NewName("m");

        Assert.False((await SendAsync(Message("sender", one, id))).Duplicate);
        Assert.False((await SendAsync(Message("sender", other, id))).Duplicate);
        Assert.False((await SendAsync(Message("another", one, id))).Duplicate);
    }

    [Fact]
    public async Task Redrive_is_not_hindered_by_dedup()
    {
        var to = await RegisteredAsync();
        var message = Message("sender", to);
        await SendAsync(message);
        await Mailbox(to).NackAsync(new NackRequest([(await ReceiveOneAsync(to)).Receipt]) { DeadLetter = true });

        await Mailbox(to).RedriveAsync(null);

        Assert.Equal(Text(message, "id"), IdOf(Assert.Single(await ReceiveAsync(to))));
        Assert.True((await SendAsync(message)).Duplicate);
    }

    [Fact]
    public async Task Idempotency_key_stands_for_the_id_and_the_first_id_is_told()
    {
        var to = await RegisteredAsync();
        var key = NewName("key");
        var first = await SendWithKeyAsync(Message("sender", to), key);

        var second = await SendWithKeyAsync(Message("sender", to), key);
        await Fixture.RestartAsync();
        var third = await SendWithKeyAsync(Message("sender", to), key);

        Assert.False(first.Duplicate);
        Assert.Equal((first.Id, true), (second.Id, second.Duplicate));
        Assert.Equal((first.Id, true), (third.Id, third.Duplicate));
        Assert.Equal(first.Id, IdOf(Assert.Single(await ReceiveAsync(to))));
    }

    [Fact]
    public async Task Idempotency_key_with_another_content_is_a_conflict()
    {
        var to = await RegisteredAsync();
        var key = NewName("key");
        await SendWithKeyAsync(Message("sender", to), key);
        var other = Message("sender", to);
        other["content"] = new JsonObject { ["other"] = true };

        await RefusedAsync(ErrorCode.Conflict, SendWithKeyAsync(other, key));
    }

    [Fact]
    public async Task Idempotency_key_is_scoped_to_source_and_recipient_and_is_no_id()
    {
        var to = await RegisteredAsync();
        var key = NewName("key");
        await SendWithKeyAsync(Message("sender", to), key);

        Assert.False((await SendWithKeyAsync(Message("another", to), key)).Duplicate);
        Assert.False((await SendWithKeyAsync(Message("sender", await RegisteredAsync()), key)).Duplicate);
        Assert.False((await SendAsync(Message("sender", to, key))).Duplicate);
    }

    private ValueTask<SendReceipt> SendWithKeyAsync(JsonObject message, string key) =>
        Fabric.SendAsync(new SendRequest(Bytes(message)) { IdempotencyKey = key });
}
