using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <content>The same by message, many at once, and what a restart leaves.</content>
public abstract partial class BarrierConformance
{
    [Fact]
    public async Task Barrier_request_to_the_meta_supervisor_calls_the_participants()
    {
        var call = await CallAsync(2);
        var request = Request(call);

        Assert.False((await SendAsync(request)).Duplicate);

        var record = await GetAsync(call);
        Assert.Equal((call.Initiator, BarrierPhase.Waiting, 60_000L), (record.Call.Initiator, record.Phase, record.Call.TimeoutMs));
        Assert.Equal(call.Participants, record.Call.Participants);
        foreach (var participant in call.Participants)
        {
            Assert.Equal(call.Initiator, (string?)(await ToldAsync(participant, "barrier_request", call.BarrierId))["initiator"]);
        }

        Assert.True((await SendAsync(request)).Duplicate);
        request["content"]!["timeout_ms"] = 7;
        await RefusedAsync(ErrorCode.Conflict, SendAsync(request));
    }

    [Fact]
    public async Task Request_for_a_barrier_that_waits_for_its_reply_is_answered_with_the_outcome()
    {
        var call = await CallAsync(1);
        var request = Request(call);
        request["correlation_id"] = call.BarrierId;
        var asked = AskAsync(request);
        await ToldAsync(call.Participants[0], "barrier_request", call.BarrierId);

        await SendAsync(Response(call, 0));

        await using var reply = await asked;
        Assert.Equal("barrier_continue", Text(Read(reply.Message), "message_type"));
        Assert.True((bool?)Read(reply.Message)["content"]!["all_ready"]);
    }

    [Fact]
    public async Task Responses_count_as_arrivals_wherever_they_are_sent()
    {
        var call = await CallAsync(3);
        await CreateAsync(call);
        var direct = Response(call, 1, destination: call.Initiator);
        direct["priority"] = "high";

        await SendAsync(Response(call, 0));
        await SendAsync(direct);
        await ArriveAsync(call, 2);

        Assert.Equal(BarrierPhase.Released, (await GetAsync(call)).Phase);
        var passed = await ReceiveOneAsync(call.Initiator);
        Assert.Equal(Bytes(direct), passed.Message.ToArray());
        await Mailbox(call.Initiator).AckAsync([passed.Receipt]);
        await AllToldAsync(call, allReady: true);
    }

    [Fact]
    public async Task Response_that_is_not_ready_ends_it_for_all()
    {
        var call = await CallAsync(2);
        await CreateAsync(call);

        await SendAsync(Response(call, 1, ready: false));

        Assert.Equal(BarrierPhase.Aborted, (await GetAsync(call)).Phase);
        await AllToldAsync(call, allReady: false);
    }

    [Fact]
    public async Task Response_after_the_end_is_a_conflict_and_a_repeated_one_a_duplicate_also_over_a_restart()
    {
        var call = await CallAsync(2);
        await CreateAsync(call);
        var (first, last) = (Response(call, 0), Response(call, 1));
        await SendAsync(first);
        await SendAsync(last);
        await RestartAsync();

        Assert.True((await SendAsync(first)).Duplicate);
        Assert.True((await SendAsync(last)).Duplicate);
        var late = Response(call, 1, ready: false);
        var fault = await RefusedAsync(ErrorCode.Conflict, SendAsync(late));

        Assert.Equal(("released", Text(late, "id")), (Text(RecordIn(fault), "state"), fault.SourceMessageId));
        await AllToldAsync(call, allReady: true);
    }

    [Fact]
    public async Task Late_response_is_not_passed_on_to_the_initiator()
    {
        var call = await CallAsync(1);
        await CreateAsync(call);
        await ArriveAsync(call, 0);
        await AllToldAsync(call, allReady: true);

        await RefusedAsync(ErrorCode.Conflict, SendAsync(Response(call, 0, destination: call.Initiator)));
        await RefusedAsync(ErrorCode.Forbidden, SendAsync(Typed("stranger", call.Initiator, "barrier_response", ContentOf(call, ready: true))));

        Assert.Empty(await ReceiveAsync(call.Initiator));
    }

    [Fact]
    public async Task Response_that_names_an_unknown_barrier_is_an_ordinary_message()
    {
        var call = await CallAsync(1);
        var response = Response(call, 0, destination: call.Initiator);

        Assert.Equal(1, (await SendAsync(response)).Deliveries);

        Assert.Equal(Bytes(response), (await ReceiveOneAsync(call.Initiator)).Message.ToArray());
        await using var refused = await AskAsync(Response(call, 0));
        Assert.Equal(ErrorCode.DestinationNotFound, refused.Error?.Code);
    }

    [Fact]
    public async Task Request_between_supervisors_is_an_ordinary_message()
    {
        var call = await CallAsync(1);
        var request = Request(call);
        request["destination"] = call.Participants[0];

        await SendAsync(request);

        Assert.Equal(Bytes(request), (await ReceiveOneAsync(call.Participants[0])).Message.ToArray());
        await RefusedAsync(ErrorCode.DestinationNotFound, () => GetAsync(call));
    }

    [Fact]
    public async Task Request_by_message_that_nobody_can_meet_is_a_validation_error()
    {
        var call = await CallAsync(1);
        var (nobody, never, twice) = (Request(call), Request(call), Request(call));
        nobody["content"]!.AsObject().Remove("participants");
        never["content"]!.AsObject().Remove("timeout_ms");
        twice["content"]!["participants"] = new JsonArray(call.Participants[0], call.Participants[0]);

        Assert.Contains("/content/participants", await ProblemsOfAsync(nobody));
        Assert.Contains("/content/timeout_ms", await ProblemsOfAsync(never));
        Assert.Contains("/content/participants/1", await ProblemsOfAsync(twice));

        async Task<IEnumerable<string>> ProblemsOfAsync(JsonObject request) =>
            (await RefusedAsync(ErrorCode.Validation, SendAsync(request))).Problems.Select(problem => problem.Path);
    }

    [Fact]
    public async Task Compressed_response_counts_and_is_passed_on_as_it_was_sent()
    {
        var call = await CallAsync(1);
        await CreateAsync(call);
        var outer = Compressed(Response(call, 0, destination: call.Initiator));

        await SendAsync(outer);

        Assert.Equal(BarrierPhase.Released, (await GetAsync(call)).Phase);

        // The outcome is of a higher priority, and may overtake it.
        var received = new[] { await ReceiveOneAsync(call.Initiator), await ReceiveOneAsync(call.Initiator) };
        Assert.Contains(received, delivery => delivery.Message.Span.SequenceEqual(Bytes(outer)));
    }

    [Fact]
    public async Task Request_and_responses_in_a_batch_are_each_handled_alone()
    {
        var call = await CallAsync(2);
        await CreateAsync(call);

        var receipt = await SendAsync(Batch("sender", Response(call, 0), Response(call, 1), Response(call, 0)));

        Assert.Equal([null, null, ErrorCode.Conflict], receipt.Results!.Select(result => result.Fault?.Code));
        Assert.Equal(BarrierPhase.Released, (await GetAsync(call)).Phase);
    }

    [Fact]
    public async Task Half_arrived_barrier_goes_on_over_a_restart_and_still_watches_its_participants()
    {
        var mortal = await MortalAsync();
        var (going, losing) = (await CallAsync(2), new BarrierCall(NewName("gate"), await RegisteredAsync(), [await RegisteredAsync(), mortal], 60_000));
        await CreateAsync(going);
        await CreateAsync(losing);
        await ArriveAsync(going, 0);
        await ArriveAsync(losing, 0);

        await RestartAsync();

        Assert.Equal([going.Participants[0]], (await GetAsync(going)).Ready);
        await ArriveAsync(going, 1);
        await AllToldAsync(going, allReady: true);
        var record = await AdvanceUntilAsync(
            () => GetAsync(losing), seen => seen.Phase != BarrierPhase.Waiting, TimeSpan.FromMilliseconds(250));
        Assert.Equal(BarrierPhase.Aborted, record.Phase);
    }

    [Fact]
    public async Task Many_that_arrive_at_once_release_it_once()
    {
        var call = await CallAsync(12);
        await CreateAsync(call);

        var records = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => ArriveAsync(call, i))));

        Assert.Contains(records, record => record.Phase == BarrierPhase.Released);
        await AllToldAsync(call, allReady: true);
        Assert.All(await Task.WhenAll(call.Participants.Select(participant => ReceiveAsync(participant))), Assert.Empty);
    }

    [Fact]
    public async Task Of_an_arrival_and_a_refusal_that_race_one_outcome_is_told_to_all()
    {
        for (var round = 0; round < 10; round++)
        {
            var call = await CallAsync(2);
            await CreateAsync(call);
            await ArriveAsync(call, 0);

            var faults = await Task.WhenAll(
                Task.Run(() => TriedAsync(ArriveAsync(call, 1))), Task.Run(() => TriedAsync(ArriveAsync(call, 0, ready: false))));

            var lost = Assert.Single(faults, fault => fault is not null)!;
            var isReleased = faults[0] is null;
            Assert.Equal((ErrorCode.Conflict, isReleased ? "released" : "aborted"), (lost.Code, Text(RecordIn(lost), "state")));
            await AllToldAsync(call, allReady: isReleased);
        }
    }

    [Fact]
    public async Task Same_id_called_again_and_again_counts_each_use()
    {
        var call = await CallAsync(2);
        for (var use = 1L; use <= 5; use++)
        {
            Assert.Equal((true, use), (await CreateAsync(call)) is var made ? (made.Created, made.Record.Generation) : default);
            await ArriveAsync(call, 0);
            await (use % 2 == 0 ? ArriveAsync(call, 1, ready: false) : ArriveAsync(call, 1));
            await AllToldAsync(call, allReady: use % 2 == 1);
            await RestartAsync();
        }
    }

    private static JsonObject Request(BarrierCall call) => Typed(call.Initiator, Meta, "barrier_request", new JsonObject
    {
        ["barrier_id"] = call.BarrierId,
        ["participants"] = new JsonArray([.. call.Participants.Select(participant => (JsonNode)participant)]),
        ["timeout_ms"] = call.TimeoutMs,
    });

    private static JsonObject Response(BarrierCall call, int participant, bool ready = true, string destination = Meta) =>
        Typed(call.Participants[participant], destination, "barrier_response", ContentOf(call, ready));

    private static JsonObject ContentOf(BarrierCall call, bool ready) => new() { ["barrier_id"] = call.BarrierId, ["ready"] = ready };

    private static async Task<Fault?> TriedAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (FaultException e)
        {
            return e.Fault;
        }
    }

    /// <summary>The outcome; the request may have been delivered before its time ran out, or not.</summary>
    private async Task<JsonObject> ToldInTheEndAsync(string supervisor, BarrierCall call)
    {
        var message = await NextAsync(supervisor);
        if (Text(message, "message_type") == "barrier_request")
        {
            message = await NextAsync(supervisor);
        }

        Assert.Equal(("barrier_continue", call.BarrierId), (Text(message, "message_type"), Text(message, "correlation_id")));
        return message["content"]!.AsObject();
    }
}
