using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <content>Dead letters, and messages whose time runs out.</content>
public abstract partial class MessagingConformance
{
    [Fact]
    public async Task Message_that_is_never_acknowledged_becomes_a_dead_letter_after_its_last_attempt()
    {
        var to = await RegisteredAsync();
        var id = await SendToAsync(to);
        for (var attempt = 1; attempt <= SmallLimits.Attempts; attempt++)
        {
            Assert.Equal(attempt, (await ReceiveOneAsync(to)).Attempt);
            await Fixture.AdvanceAsync(Lease);
        }

        Assert.Empty(await ReceiveAsync(to));
        var dead = Assert.Single((await Mailbox(to).DeadLettersAsync(0, 10)).Items);
        Assert.Equal(("max_attempts", SmallLimits.Attempts), (dead.Reason, dead.Attempt));
        Assert.Equal(id, Text(Read(dead.Message), "id"));
    }

    [Fact]
    public async Task Nack_may_make_a_dead_letter_at_once_with_the_words_given()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to);
        await SendToAsync(to);
        var received = await ReceiveAsync(to);

        await Mailbox(to).NackAsync(new NackRequest([received[0].Receipt]) { DeadLetter = true, Reason = "cannot parse the plan" });
        await Mailbox(to).NackAsync(new NackRequest([received[1].Receipt]) { DeadLetter = true });
        await Fixture.RestartAsync();

        var dead = (await Mailbox(to).DeadLettersAsync(0, 10)).Items;
        Assert.Equal(["cannot parse the plan", "nack"], dead.Select(letter => letter.Reason));
    }

    [Fact]
    public async Task Dead_letters_are_listed_in_pages()
    {
        var to = await RegisteredAsync();
        var sequences = await MakeDeadAsync(to, 5);

        var first = await Mailbox(to).DeadLettersAsync(0, 3);
        var second = await Mailbox(to).DeadLettersAsync(long.Parse(first.Next!, System.Globalization.CultureInfo.InvariantCulture), 3);

        Assert.Equal(sequences, first.Items.Concat(second.Items).Select(letter => letter.Sequence));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task Redriven_dead_letter_is_delivered_again_with_attempts_anew()
    {
        var to = await RegisteredAsync();
        var sequences = await MakeDeadAsync(to, 3);

        Assert.Equal(1, await Mailbox(to).RedriveAsync([sequences[1], 999_999]));
        var one = Assert.Single(await ReceiveAsync(to));
        Assert.Equal((sequences[1], 1), (one.Sequence, one.Attempt));

        Assert.Equal(2, await Mailbox(to).RedriveAsync(null));
        Assert.Equal([sequences[0], sequences[2]], (await ReceiveAsync(to)).Select(delivery => delivery.Sequence));
        Assert.Empty((await Mailbox(to).DeadLettersAsync(0, 10)).Items);
    }

    [Fact]
    public async Task Purged_dead_letters_are_gone()
    {
        var to = await RegisteredAsync();
        await MakeDeadAsync(to, 2);

        Assert.Equal(2, await Mailbox(to).PurgeDeadLettersAsync());

        Assert.Empty((await Mailbox(to).DeadLettersAsync(0, 10)).Items);
        Assert.Equal(0, await Mailbox(to).RedriveAsync(null));
    }

    [Fact]
    public async Task Expired_message_becomes_a_dead_letter_and_its_source_is_told()
    {
        var to = await RegisteredAsync();
        var from = await RegisteredAsync("sender");
        var message = Message(from, to);
        message["ttl"] = 5_000;
        message["correlation_id"] = "the-plan";
        await SendAsync(message);

        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(5));

        var told = Read((await ReceiveOneAsync(from)).Message);
        Assert.Equal(("error_response", "meta_supervisor"), (Text(told, "message_type"), Text(told, "source")));
        Assert.Equal("the-plan", Text(told, "correlation_id"));
        Assert.Equal("message_timeout", Text(told["content"]!.AsObject(), "error_code"));
        Assert.Equal(Text(message, "id"), Text(told["content"]!.AsObject(), "source_message_id"));
        Assert.Empty(await ReceiveAsync(to));
        Assert.Equal("expired", Assert.Single((await Mailbox(to).DeadLettersAsync(0, 10)).Items).Reason);
        Assert.Empty(await ReceiveAsync(from));
    }

    [Fact]
    public async Task Message_that_expired_while_the_fabric_was_down_is_reported_after_the_start()
    {
        var to = await RegisteredAsync();
        var from = await RegisteredAsync("sender");
        var message = Message(from, to);
        message["ttl"] = 5_000;
        await SendAsync(message);

        await Fixture.RestartAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal("error_response", Text(Read((await ReceiveOneAsync(from)).Message), "message_type"));
    }

    [Fact]
    public async Task Ttl_counts_anew_from_a_redrive()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to, message => message["ttl"] = 5_000);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(await ReceiveAsync(to));

        Assert.Equal(1, await Mailbox(to).RedriveAsync(null));
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(4_999));

        Assert.Single(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Message_that_expires_for_a_source_without_a_mailbox_is_a_dead_letter_all_the_same()
    {
        var to = await RegisteredAsync();
        await SendToAsync(to, message => message["ttl"] = 1);

        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCode.DestinationNotFound, (await RefusedAsync(ErrorCode.DestinationNotFound, Mailbox("sender").ReceiveAsync(new()))).Code);
        Assert.Equal("expired", Assert.Single((await Mailbox(to).DeadLettersAsync(0, 10)).Items).Reason);
    }

    private async Task<long[]> MakeDeadAsync(string to, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await SendToAsync(to);
        }

        var received = await ReceiveAsync(to, max: count);
        await Mailbox(to).NackAsync(new NackRequest([.. received.Select(delivery => delivery.Receipt)]) { DeadLetter = true });
        return [.. received.Select(delivery => delivery.Sequence)];
    }
}
