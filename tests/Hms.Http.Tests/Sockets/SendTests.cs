using System.Text;

namespace Hms.Http.Tests.Sockets;

public sealed class SendTests
{
    [Fact]
    public async Task Send_is_answered_with_its_receipt_to_the_letter()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync($$"""{"op":"send","seq":1,"message":{{TestFront.Message}}}""");
        Assert.Equal(
            """{"op":"accepted","seq":1,"id":"m1","status":"accepted","deliveries":1,"duplicate":false,"durability":"fsync"}""",
            await client.TextAsync());
    }

    [Fact]
    public async Task Message_reaches_the_fabric_byte_for_byte()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var message = $" {{ \"x\" : [1.0,\"\\u00e9é\"],\n {TestFront.Message[1..]} ";
        await client.AskAsync($"{{ \"message\" :{message}, \"later\":{{\"seq\":5}},\"seq\": 9007199254740992 , \"op\" : \"s\\u0065nd\" }}");
        Assert.Equal(message.Trim(), Encoding.UTF8.GetString(front.Fabric.Sent!.Message.Span));
        Assert.Equal(Durability.Fsync, front.Fabric.Sent.Durability);
        Assert.Null(front.Fabric.Sent.IdempotencyKey);
        Assert.Null(front.Fabric.Sent.TraceParent);
    }

    [Fact]
    public async Task Message_is_in_memory_of_its_own()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var sent = new List<SendRequest>();
        front.Fabric.OnSend = request =>
        {
            sent.Add(request);
            return new(new SendReceipt("m", 1, false, Durability.Fsync));
        };
        await client.AskAsync($$"""{"op":"send","seq":1,"messages":[{"a":1},{"a":2}]}""");
        await client.AskAsync($$"""{"op":"send","seq":2,"message":{{new string('9', 5_000)}}}""");
        Assert.Equal(["""{"a":1}""", """{"a":2}""", new string('9', 5_000)], sent.Select(request => Encoding.UTF8.GetString(request.Message.Span)));
        Assert.All(sent, request =>
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(request.Message, out var array));
            Assert.Equal(request.Message.Length, array.Array!.Length);
        });
    }

    [Fact]
    public async Task Members_say_how_a_message_is_sent()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var answer = await client.AskAsync(
            $$"""{"idempotency_key":"k\u0031","message":{{TestFront.Message}},"op":"send","durability":"memory","seq":2.0,"traceparent":"{{trace}}"}""");
        Assert.Equal("memory", (string?)answer["durability"]);
        Assert.Equal("k1", front.Fabric.Sent!.IdempotencyKey);
        Assert.Equal(trace, front.Fabric.Sent.TraceParent);
        Assert.Equal(Durability.Memory, front.Fabric.Sent.Durability);
    }

    [Fact]
    public async Task Member_that_is_null_counts_as_absent_and_a_traceparent_that_is_none_is_left_out()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var answer = await client.AskAsync(
            $$"""{"op":"send","seq":3,"messages":null,"durability":null,"idempotency_key":null,"traceparent":"rubbish","message":{{TestFront.Message}}}""");
        Assert.Equal("accepted", (string?)answer["op"]);
        Assert.Null(front.Fabric.Sent!.TraceParent);
    }

    [Fact]
    public async Task Several_messages_are_answered_in_one_frame_in_their_order()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync(
            $$"""{"op":"send","seq":4,"messages":[ {{SocketClient.Message("a")}} ,{"id":"b"},7,{{SocketClient.Message("c")}}],"durability":"memory"}""");
        var answer = await client.NextAsync();
        Assert.Equal(["op", "seq", "results"], answer.AsObject().Select(member => member.Key));
        Assert.Equal("accepted", (string?)answer["op"]);
        Assert.Equal(4, (int?)answer["seq"]);
        var results = answer["results"]!.AsArray();
        Assert.Equal(["accepted", "rejected", "rejected", "accepted"], results.Select(result => (string)result!["status"]!));
        Assert.Equal(["a", "b", "", "c"], results.Select(result => (string)result!["id"]!));
        Assert.Equal(["id", "status", "error"], results[1]!.AsObject().Select(member => member.Key));
        Answers.AssertError(results[1]!["error"]!, ErrorCode.Validation);
        Answers.AssertError(results[2]!["error"]!, ErrorCode.MessageFormat);
        Assert.Equal("memory", (string?)results[3]!["durability"]);
    }

    [Fact]
    public async Task One_message_in_an_array_is_still_several()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var answer = await client.AskAsync($$"""{"op":"send","seq":5,"messages":[{{TestFront.Message}}]}""");
        Assert.Equal("m1", (string?)Assert.Single(answer["results"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task Receipt_of_a_batch_holds_its_results()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        front.Fabric.OnSend = _ => new(new SendReceipt("batch \"1\" é", 0, false, Durability.Fsync)
        {
            Results =
            [
                new SendOutcome(new SendReceipt("a", 3, true, Durability.Memory), null),
                new SendOutcome(default, new Fault(ErrorCode.DestinationNotFound, "no such") { SourceMessageId = "b" }),
            ],
        });
        await client.SendAsync($$"""{"op":"send","seq":6,"message":{{TestFront.Message}}}""");
        Assert.Equal(
            """{"op":"accepted","seq":6,"id":"batch \"1\" é","status":"accepted","results":["""
            + """{"id":"a","status":"accepted","deliveries":3,"duplicate":true,"durability":"memory"},"""
            + """{"id":"b","status":"rejected","error":{"error_code":"destination_not_found","error_message":"no such","source_message_id":"b"}}]}""",
            await client.TextAsync());
    }

    [Fact]
    public async Task Refusal_by_the_fabric_is_an_error_with_the_seq()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        front.Fabric.OnSend = _ => throw new FaultException(new Fault(ErrorCode.MailboxFull, "full") { SourceMessageId = "m1" });
        await client.SendAsync($$"""{"op":"send","seq":0,"message":{{TestFront.Message}}}""");
        Assert.Equal(
            """{"op":"error","seq":0,"error_code":"mailbox_full","error_message":"full","source_message_id":"m1"}""", await client.TextAsync());
        using var metrics = await front.GetAsync("/metrics");
        Assert.Contains("hms_refused_total{error_code=\"mailbox_full\"} 1\n", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, ErrorCode.Unavailable)]
    [InlineData(false, ErrorCode.Internal)]
    public async Task Failure_of_the_fabric_is_an_error_for_each_frame_and_the_socket_lives_on(bool isFault, ErrorCode code)
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        front.Fabric.OnSendMany = _ => isFault ? throw new FaultException(code, "away") : throw new InvalidOperationException("a bug");
        await client.SendAsync($$"""{"op":"send","seq":1,"message":{{TestFront.Message}}}""");
        await client.ErrorAsync(code, 1);
        await client.SendAsync($$"""{"op":"send","seq":2,"messages":[{{TestFront.Message}}]}""");
        await client.ErrorAsync(code, 2);
        front.Fabric.OnSendMany = null;
        await client.AskAsync($$"""{"op":"send","seq":3,"message":{{TestFront.Message}}}""");
        Assert.Equal(isFault ? 0 : 2, front.Logged.Count);
    }

    [Fact]
    public async Task Refusal_for_want_of_right_is_recorded()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        front.Fabric.OnSend = _ => throw new FaultException(ErrorCode.Forbidden, "not yours");
        await client.SendAsync($$"""{"op":"send","seq":1,"message":{{TestFront.Message}}}""");
        await client.ErrorAsync(ErrorCode.Forbidden, 1);
        Assert.StartsWith("SecurityRefusal: ", Assert.Single(front.Logged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_that_is_too_large_is_refused_alone()
    {
        await using var front = await TestFront.StartAsync(options => options.MessageBytesMax = 1_024);
        await using var client = await SocketClient.ConnectAsync(front);
        var large = SocketClient.Message("large").Replace("{}", $$"""{"x":"{{new string('x', 1_000)}}"}""", StringComparison.Ordinal);
        var answer = await client.AskAsync(
            $$"""{"op":"send","seq":1,"messages":[{{SocketClient.Message("a")}},{{large}},{{SocketClient.Message("c")}},{{large}}]}""");
        var results = answer["results"]!.AsArray();
        Assert.Equal(["a", "", "c", ""], results.Select(result => (string)result!["id"]!));
        Answers.AssertError(results[1]!["error"]!, ErrorCode.PayloadTooLarge);
        await client.SendAsync($$"""{"op":"send","seq":2,"message":{{large}}}""");
        await client.ErrorAsync(ErrorCode.PayloadTooLarge, 2);
    }

    [Fact]
    public async Task Heartbeat_is_passed_on_and_answered_where_a_seq_asks_for_it()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"heartbeat"}""");
        await client.SendAsync("""{"op":"heartbeat","seq":8,"status":"busy","load":0.5,"metrics":{"cpu":1},"receipts":5}""");
        Assert.Equal("""{"op":"accepted","seq":8}""", await client.TextAsync());
        Assert.Equal("busy", front.Fabric.Beat!.Status);
        Assert.Equal(0.5, front.Fabric.Beat.Load);
        Assert.Equal("""{"cpu":1}""", Encoding.UTF8.GetString(front.Fabric.Beat.Metrics.Span));
    }

    [Fact]
    public async Task Heartbeat_of_a_session_that_has_ended_is_a_conflict_with_the_record()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        front.Fabric.BeatRefusal = new Fault(ErrorCode.Conflict, "its session has ended") { Record = "{\"status\":\"dead\"}"u8.ToArray() };

        await client.SendAsync("""{"op":"heartbeat","seq":8}""");
        var error = await client.ErrorAsync(ErrorCode.Conflict, 8);
        Assert.Equal("dead", (string?)error["error_details"]!["status"]);
        await client.SendAsync("""{"op":"heartbeat"}""");
        await client.ErrorAsync(ErrorCode.Conflict);

        front.Fabric.BeatRefusal = null;
        await client.AssertLivesAsync();
        Assert.Empty(front.Logged);
    }
}
