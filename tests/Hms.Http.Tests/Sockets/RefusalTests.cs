using System.Net.WebSockets;

namespace Hms.Http.Tests.Sockets;

/// <summary>What is not understood gets an error, with every problem, and the socket lives on.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("rubbish")]
    [InlineData("[]")]
    [InlineData("\"op\"")]
    [InlineData("{\"op\":\"heartbeat\"")]
    [InlineData("{\"op\":\"heartbeat\"} {}")]
    [InlineData("{\"op\":\"heartbeat\",}")]
    [InlineData("{\"op\":\"heartbeat\"/**/}")]
    [InlineData("{'op':'heartbeat'}")]
    [InlineData("{\"op\":\"heartbeat\",\"op\":\"heartbeat\"}")]
    [InlineData("{\"op\":\"heartbeat\",\"\\u006fp\":\"heartbeat\"}")]
    [InlineData("{\"op\":\"heartbeat\",\"seq\":1,\"seq\":1}")]
    [InlineData("{\"op\":\"send\",\"message\":{},\"message\":{}}")]
    [InlineData("{\"op\":\"receive\",\"credit\":null,\"credit\":5}")]
    [InlineData("{\"op\":\"heartbeat\",\"status\":\"\\ud800\"}")]
    [InlineData("{\"op\":\"nack\",\"receipts\":[\"\\udc00\"]}")]
    [InlineData("{\"op\":\"heartbeat\",\"status\":\"a\",\"status\":\"b\"}")]
    [InlineData("{\"op\":\"heartbeat\",\"metrics\":{\"a\":1,\"a\":2}}")]
    public async Task Frame_that_is_no_json_object_is_a_format_error(string frame)
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync(frame);
        await client.ErrorAsync(ErrorCode.MessageFormat);
        await client.AssertLivesAsync();
        Assert.Empty(front.Logged);
    }

    [Theory]
    [InlineData("{\"op\":\"send\",\"seq\":5,\"message\":{]}")]
    [InlineData("{\"seq\":5,\"op\":\"send\",\"op\":\"send\",\"message\":{}}")]
    [InlineData("{\"seq\":5,")]
    public async Task Seq_that_can_be_told_is_in_the_error(string frame)
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync(frame);
        await client.ErrorAsync(ErrorCode.MessageFormat, 5);
    }

    [Theory]
    [InlineData("{}", "/op")]
    [InlineData("{\"op\":null}", "/op")]
    [InlineData("{\"op\":5}", "/op")]
    [InlineData("{\"op\":\"Send\"}", "/op")]
    [InlineData("{\"op\":\"\\ud800\"}", "/op")]
    [InlineData("{\"op\":\"delivery\",\"seq\":true}", "/op /seq")]
    [InlineData("{\"op\":\"send\"}", "/message /seq")]
    [InlineData("{\"op\":\"send\",\"seq\":null,\"message\":null}", "/message /seq")]
    [InlineData("{\"op\":\"send\",\"seq\":-1,\"message\":{}}", "/seq")]
    [InlineData("{\"op\":\"send\",\"seq\":9007199254740993,\"message\":{}}", "/seq")]
    [InlineData("{\"op\":\"send\",\"seq\":1.5,\"message\":{}}", "/seq")]
    [InlineData("{\"op\":\"send\",\"seq\":1e99,\"message\":{}}", "/seq")]
    [InlineData("{\"op\":\"send\",\"seq\":\"1\",\"message\":{}}", "/seq")]
    [InlineData("{\"op\":\"send\",\"seq\":[1],\"message\":{}}", "/seq")]
    [InlineData("{\"op\":\"send\",\"messages\":[]}", "/messages /seq")]
    [InlineData("{\"op\":\"send\",\"seq\":\"x\",\"messages\":{},\"message\":{}}", "/message /messages /seq")]
    [InlineData("{\"op\":\"send\",\"seq\":{},\"messages\":[{}],\"idempotency_key\":\"k\"}", "/idempotency_key /seq")]
    [InlineData("{\"op\":\"send\",\"message\":{},\"durability\":\"disk\",\"idempotency_key\":\"\",\"traceparent\":5}", "/durability /idempotency_key /seq /traceparent")]
    [InlineData("{\"op\":\"send\",\"message\":{},\"durability\":5,\"idempotency_key\":\"\\u0007\"}", "/durability /idempotency_key /seq")]
    [InlineData("{\"op\":\"send\",\"message\":{},\"idempotency_key\":\"\\ud800\"}", "/idempotency_key /seq")]
    [InlineData("{\"op\":\"request\",\"messages\":[{}],\"wait_ms\":-1}", "/message /seq /wait_ms")]
    [InlineData("{\"op\":\"request\",\"seq\":false,\"message\":{},\"wait_ms\":\"20\"}", "/seq /wait_ms")]
    [InlineData("{\"op\":\"receive\"}", "/credit")]
    [InlineData("{\"op\":\"receive\",\"credit\":-1,\"batch\":0,\"lease_ms\":0}", "/batch /credit /lease_ms")]
    [InlineData("{\"op\":\"receive\",\"credit\":10001,\"batch\":1001,\"lease_ms\":86400001}", "/batch /credit /lease_ms")]
    [InlineData("{\"op\":\"receive\",\"credit\":1.5,\"batch\":\"1\",\"lease_ms\":[]}", "/batch /credit /lease_ms")]
    [InlineData("{\"op\":\"ack\"}", "/receipts")]
    [InlineData("{\"op\":\"ack\",\"receipts\":\"r\",\"seq\":\"s\"}", "/receipts /seq")]
    [InlineData("{\"op\":\"ack\",\"receipts\":[\"a\",\"\",5]}", "/receipts/1 /receipts/2")]
    [InlineData("{\"op\":\"nack\",\"receipts\":[],\"delay_ms\":-1,\"dead_letter\":1,\"reason\":2,\"seq\":-1}", "/dead_letter /delay_ms /reason /seq")]
    [InlineData("{\"op\":\"extend\",\"lease_ms\":0}", "/lease_ms /receipts")]
    [InlineData("{\"op\":\"heartbeat\",\"seq\":0.5,\"status\":1,\"load\":-1,\"metrics\":[]}", "/load /metrics /seq /status")]
    public async Task Frame_that_breaks_the_rules_is_told_every_problem(string frame, string paths)
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync(frame);
        var error = await client.ErrorAsync(ErrorCode.Validation);
        var found = error["error_details"]!.AsArray().Select(problem => (string)problem!["path"]!).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(paths.Split(' '), found);
        await client.AssertLivesAsync();
        Assert.Null(front.Fabric.Sent);
    }

    [Fact]
    public async Task Problem_elsewhere_is_told_with_the_seq()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"seq":12,"op":"fly"}""");
        await client.ErrorAsync(ErrorCode.Validation, 12);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_a_format_error()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync(new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' });
        await client.ErrorAsync(ErrorCode.MessageFormat);
        await client.AssertLivesAsync();
    }

    [Fact]
    public async Task Binary_frame_is_a_format_error()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync("""{"op":"heartbeat","seq":1}"""u8.ToArray(), WebSocketMessageType.Binary);
        await client.ErrorAsync(ErrorCode.MessageFormat);
        await client.AssertLivesAsync();
        Assert.Empty(front.Logged);
    }

    [Theory]
    [InlineData(128, false, ErrorCode.Validation)]
    [InlineData(129, false, ErrorCode.MessageFormat)]
    [InlineData(128, true, ErrorCode.Validation)]
    [InlineData(131, true, ErrorCode.MessageFormat)]
    [InlineData(100_000, false, ErrorCode.MessageFormat)]
    public async Task Message_may_be_as_deep_in_a_frame_as_alone(int depth, bool isMany, ErrorCode code)
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);
        await client.SendAsync(isMany ? $$"""{"op":"send","seq":1,"messages":[{{deep}}]}""" : $$"""{"op":"send","seq":1,"message":{{deep}}}""");
        var answer = await client.NextAsync();
        var error = answer["results"]?[0]!["error"] ?? answer;
        Assert.Equal(code.WireName(), (string?)error["error_code"]);
        await client.AssertLivesAsync();
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_001)]
    public async Task Frame_holds_a_thousand_messages_and_no_more(int count)
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync($$"""{"op":"send","seq":1,"messages":[{{string.Join(',', Enumerable.Repeat(TestFront.Message, count))}}]}""");
        if (count > 1_000)
        {
            await client.ErrorAsync(ErrorCode.Validation, 1);
            Assert.Null(front.Fabric.Sent);
        }
        else
        {
            Assert.Equal(count, (await client.NextAsync())["results"]!.AsArray().Count);
        }
    }

    [Fact]
    public async Task Ack_holds_ten_thousand_receipts_and_no_more()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OtherMailbox = new SocketMailbox();
        await using var client = await SocketClient.ConnectAsync(front);
        await client.SendAsync($$"""{"op":"ack","seq":1,"receipts":[{{string.Join(',', Enumerable.Repeat("\"r\"", Ranges.ReceiptsMax))}}]}""");
        Assert.Equal(Ranges.ReceiptsMax, (await client.NextAsync())["stale"]!.AsArray().Count);
        await client.SendAsync($$"""{"op":"ack","seq":2,"receipts":[{{string.Join(',', Enumerable.Repeat("\"r\"", Ranges.ReceiptsMax + 1))}}]}""");
        await client.ErrorAsync(ErrorCode.Validation, 2);
    }
}
