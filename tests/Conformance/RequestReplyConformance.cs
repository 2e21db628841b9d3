using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <summary>Request and reply (section 4.1).</summary>
public abstract class RequestReplyConformance(IFabricFixture fixture) : ConformanceSuite(fixture)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Requester_gets_the_reply_of_the_destination()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        var asked = AskAsync(request);
        Assert.Equal(Text(request, "id"), IdOf(await ReceiveOneAsync(to)));
        var answer = Answer(request);

        await SendAsync(answer);

        await using var reply = await asked;
        Assert.Equal(Bytes(answer), reply.Message.ToArray());
        Assert.Null(reply.Error);
        await reply.ConfirmAsync();
        Assert.Equal(default(MailboxCounts), (await Fabric.Supervisors.GetAsync(from)).Mailbox);
    }

    [Fact]
    public async Task Correlation_id_of_the_request_is_what_a_reply_carries_where_it_has_one()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        request["correlation_id"] = NewName("plan");
        var asked = AskAsync(request);
        await ReceiveOneAsync(to);

        await SendAsync(Answer(request));

        await using var reply = await asked;
        Assert.Equal(Text(request, "correlation_id"), Text(Read(reply.Message), "correlation_id"));
    }

    [Fact]
    public async Task Message_from_anybody_else_is_no_reply()
    {
        var (from, to, stranger) = (await RegisteredAsync(), await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        var asked = AskAsync(request);
        await ReceiveOneAsync(to);
        var forged = Answer(request, stranger);
        await SendAsync(forged);
        var answer = Answer(request);

        await SendAsync(answer);

        await using var reply = await asked;
        Assert.Equal(Text(answer, "id"), Text(Read(reply.Message), "id"));
        Assert.Equal(Text(forged, "id"), IdOf(Assert.Single(await ReceiveAsync(from))));
    }

    [Fact]
    public async Task Reply_is_not_stolen_by_an_ordinary_receiver()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var receiver = Soon(Mailbox(from).ReceiveAsync(new ReceiveRequest { Wait = Wait }));
        var request = Message(from, to);
        var asked = AskAsync(request);
        await ReceiveOneAsync(to);

        await SendAsync(Answer(request));
        await using var reply = await asked;
        Assert.False(receiver.IsCompleted);

        var ordinary = await SendToAsync(from);
        Assert.Equal(ordinary, IdOf(Assert.Single(await receiver)));
    }

    [Fact]
    public async Task No_reply_in_time_is_a_message_timeout()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        var asked = AskAsync(request, TimeSpan.FromSeconds(2));

        var fault = await RefusedAsync(ErrorCode.MessageTimeout, () => AdvanceUntilAsync(asked, TimeSpan.FromSeconds(1)));

        Assert.Equal(Text(request, "id"), fault.SourceMessageId);
        Assert.Single(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Reply_that_comes_too_late_is_delivered_through_the_mailbox()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        var asked = AskAsync(request, TimeSpan.FromSeconds(2));
        await RefusedAsync(ErrorCode.MessageTimeout, () => AdvanceUntilAsync(asked, TimeSpan.FromSeconds(1)));
        var answer = Answer(request);

        await SendAsync(answer);

        Assert.Equal(Text(answer, "id"), IdOf(Assert.Single(await ReceiveAsync(from))));
    }

    [Fact]
    public async Task Reply_goes_through_the_mailbox_when_its_caller_is_gone()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        using var gone = new CancellationTokenSource();
        var request = Message(from, to);
        var asked = Fabric.RequestAsync(new SendRequest(Bytes(request)), Wait, gone.Token).AsTask();
        await ReceiveOneAsync(to);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        var answer = Answer(request);

        await SendAsync(answer);

        Assert.Equal(Text(answer, "id"), IdOf(Assert.Single(await ReceiveAsync(from))));
    }

    [Fact]
    public async Task Reply_that_was_not_confirmed_is_delivered_through_the_mailbox()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        var reply = await AnsweredAsync(request);
        await reply.DisposeAsync();

        var delivered = Assert.Single(await ReceiveAsync(from));

        Assert.Equal(reply.Message.ToArray(), delivered.Message.ToArray());
        Assert.Equal(1, delivered.Attempt);
    }

    [Fact]
    public async Task Repeated_request_returns_the_same_reply_also_after_its_ack_and_a_restart()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        var first = await AnsweredAsync(request);
        await first.ConfirmAsync();

        await using var second = await AskAsync(request);
        await Fixture.RestartAsync();
        await using var third = await AskAsync(request);

        Assert.Equal(first.Message.ToArray(), second.Message.ToArray());
        Assert.Equal(first.Message.ToArray(), third.Message.ToArray());
        Assert.Empty(await ReceiveAsync(from));
    }

    [Fact]
    public async Task Repeated_request_finds_the_reply_that_came_when_nobody_waited()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        await SendAsync(request);
        var answer = Answer(request);
        await SendAsync(answer);

        await using var reply = await AskAsync(request);

        Assert.Equal(Text(answer, "id"), Text(Read(reply.Message), "id"));
        Assert.Single(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Two_who_ask_the_same_get_the_same_reply()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        var one = AskAsync(request);
        await ReceiveOneAsync(to);
        var other = AskAsync(request);

        await SendAsync(Answer(request));

        await using var first = await one;
        await using var second = await other;
        Assert.Equal(first.Message.ToArray(), second.Message.ToArray());
        Assert.Empty(await ReceiveAsync(to));
    }

    [Fact]
    public async Task Same_id_to_two_destinations_is_two_requests()
    {
        var (from, one, other) = (await RegisteredAsync(), await RegisteredAsync(), await RegisteredAsync());
        var id = NewName("m");
        await using var first = await AnsweredAsync(Message(from, one, id));
        await first.ConfirmAsync();

        await using var second = await AnsweredAsync(Message(from, other, id));

        Assert.Equal(other, Text(Read(second.Message), "source"));
    }

    [Fact]
    public async Task Retry_under_an_idempotency_key_gets_the_reply_to_the_first_request()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var key = NewName("key");
        var first = Message(from, to);
        await Fabric.SendAsync(new SendRequest(Bytes(first)) { IdempotencyKey = key });
        var answer = Answer(first);
        await SendAsync(answer);

        var again = new SendRequest(Bytes(Message(from, to))) { IdempotencyKey = key };
        await using var reply = await Soon(Fabric.RequestAsync(again, Wait));

        Assert.Equal(Text(answer, "id"), Text(Read(reply.Message), "id"));
    }

    [Fact]
    public async Task Error_response_is_a_reply_with_its_code()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        var asked = AskAsync(request);
        await ReceiveOneAsync(to);
        var answer = Answer(request);
        answer["message_type"] = "error_response";
        answer["content"] = new JsonObject
        {
            ["error_code"] = "rate_limited", ["error_message"] = "too fast", ["source_message_id"] = Text(request, "id"),
        };

        await SendAsync(answer);

        await using var reply = await asked;
        Assert.Equal(ErrorCode.RateLimited, reply.Error?.Code);
        Assert.Equal("too fast", Text(Read(reply.Error!.Content), "error_message"));
    }

    [Fact]
    public async Task Request_that_expires_unread_is_answered_by_the_fabric()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        request["ttl"] = 2_000;
        var asked = AskAsync(request);

        await using var reply = await AdvanceUntilAsync(asked, TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCode.MessageTimeout, reply.Error?.Code);
    }

    [Fact]
    public async Task Fabric_answers_requests_to_the_meta_supervisor()
    {
        var from = await RegisteredAsync();
        var registration = Message(from, "meta_supervisor");
        registration["message_type"] = "supervisor_registration";
        registration["content"] = new JsonObject { ["supervisor_type"] = "test" };
        var nonsense = Message(from, "meta_supervisor");
        nonsense["message_type"] = "metrics_query";

        await using var configured = await AskAsync(registration);
        await using var refused = await AskAsync(nonsense);

        Assert.Equal("supervisor_configuration", Text(Read(configured.Message), "message_type"));
        Assert.Equal(ErrorCode.Validation, refused.Error?.Code);
    }

    [Fact]
    public async Task Who_registers_by_message_can_wait_for_its_configuration()
    {
        var registration = Message(NewName("newcomer"), "meta_supervisor");
        registration["message_type"] = "supervisor_registration";
        registration["content"] = new JsonObject { ["supervisor_type"] = "test" };

        await using var configured = await AskAsync(registration);

        Assert.Equal("supervisor_configuration", Text(Read(configured.Message), "message_type"));
    }

    [Fact]
    public async Task Request_needs_a_registered_source_and_one_destination()
    {
        var known = await RegisteredAsync();

        await RefusedAsync(ErrorCode.DestinationNotFound, () => AskAsync(Message(NewName("stranger"), known)));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => AskAsync(Message(known, NewName("stranger"))));
        await RefusedAsync(ErrorCode.Validation, () => AskAsync(Message(known, "topic:news")));
    }

    private Task<Reply> AskAsync(JsonObject request, TimeSpan? wait = null) =>
        Soon(Fabric.RequestAsync(new SendRequest(Bytes(request)), wait ?? Wait));

    private async Task<Reply> AnsweredAsync(JsonObject request)
    {
        var asked = AskAsync(request);
        await ReceiveOneAsync(Text(request, "destination"));
        await SendAsync(Answer(request));
        return await asked;
    }
}
