using System.Text;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Sockets;

/// <summary>Whatever a client writes, its socket lives on, and nothing is an error of ours.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Ops = ["accepted", "reply", "acked", "error", "delivery", "deliveries"];

    private static readonly string[] Frames =
    [
        $$"""{"op":"send","seq":1,"message":{{TestFront.Message}},"durability":"memory","idempotency_key":"k","traceparent":"x"}""",
        $$"""{"op":"send","seq":2,"messages":[{{TestFront.Message}},{{TestFront.Message}}]}""",
        $$"""{"op":"request","seq":3,"message":{{TestFront.Message}},"wait_ms":5}""",
        """{"op":"receive","credit":3,"batch":2,"lease_ms":50}""",
        """{"op":"ack","seq":4,"receipts":["r1","r2"]}""",
        """{"op":"nack","receipts":["r3"],"delay_ms":5,"dead_letter":false,"reason":"x","seq":5}""",
        """{"op":"extend","receipts":["r4"],"lease_ms":100,"seq":6}""",
        """{"op":"heartbeat","seq":7,"status":"ok","load":0.5,"metrics":{"a":1}}""",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "-1", "1e999", "-0", "123456789012345678901234567890", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[]]]",
        "0.1", "5", "[\"r1\",5]", "\"send\"", "\"ack\"", "{\"op\":\"send\"}", "\u00e9", "//",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Changed_frames_are_answered_and_the_socket_lives_on(int seed)
    {
        await using var front = await FrontAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var frame = Encoding.UTF8.GetBytes(Change(Frames[random.Next(Frames.Length)], random));
            for (var i = random.Next(3) == 0 ? random.Next(1, 4) : 0; i > 0 && frame.Length > 0; i--)
            {
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            }

            await AnsweredAsync(client, frame, $"seed {seed}, round {round}: {Encoding.UTF8.GetString(frame)}");
        }

        Assert.Empty(front.Logged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_bytes_are_answered_and_the_socket_lives_on(int seed)
    {
        await using var front = await FrontAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var frame = new byte[random.Next(0, 200)];
            random.NextBytes(frame);
            Assert.Equal(1, await AnsweredAsync(client, frame, $"seed {seed}, round {round}"));
        }

        Assert.Empty(front.Logged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_bytes_in_place_of_websocket_frames_hurt_nobody_else(int seed)
    {
        await using var front = await FrontAsync();
        await using var other = await SocketClient.ConnectAsync(front);
        var random = new Random(seed);
        for (var round = 0; round < 30; round++)
        {
            using var raw = await RawSocket.ConnectAsync(front);
            var bytes = new byte[random.Next(1, 2_000)];
            random.NextBytes(bytes);
            try
            {
                await raw.WriteAsync(bytes);
            }
            catch (IOException)
            {
                // To be hung up on is a right answer to rubbish.
            }
        }

        await other.AssertLivesAsync();
        await front.App.StopAsync();
        Assert.Empty(front.Logged);
    }

    private static async Task<TestFront> FrontAsync()
    {
        var front = await TestFront.StartAsync();
        SocketMailbox.On(front, 50);
        front.Fabric.OnRequest = (_, _) => throw new FaultException(ErrorCode.MessageTimeout, "no reply");
        return front;
    }

    /// <summary>Sends a frame, and then one that is right: what comes before the answer to that is well-formed.</summary>
    /// <returns>How many errors came.</returns>
    private static async Task<int> AnsweredAsync(SocketClient client, byte[] frame, string what)
    {
        await client.SendAsync(frame);
        await client.SendAsync("""{"op":"heartbeat","seq":8888}""");
        var errors = 0;
        while (true)
        {
            var text = await client.TextAsync();
            Assert.True(text is not null, what);
            var answer = JsonNode.Parse(text)!;
            Assert.True(Ops.Contains((string?)answer["op"]), what);
            if ((long?)answer["seq"] == 8888)
            {
                return errors;
            }

            if ((string?)answer["op"] == "error")
            {
                errors++;
                Assert.True((string?)answer["error_code"] != "internal_error", $"{what}\n{text}");
            }
        }
    }

    private static string Change(string frame, Random random)
    {
        var json = JsonNode.Parse(frame)!.AsObject();
        for (var i = random.Next(3); i > 0; i--)
        {
            var name = json.ElementAt(random.Next(json.Count)).Key;
            switch (random.Next(4))
            {
                case 0:
                    json.Remove(name);
                    break;
                case 1:
                    json[$"x{random.Next(9)}"] = 1;
                    break;
                default:
                    json[name] = JsonValue.Create($"@{random.Next(Values.Length)}@");
                    break;
            }

            if (json.Count == 0)
            {
                return "{}";
            }
        }

        var text = json.ToJsonString();
        for (var i = 0; i < Values.Length; i++)
        {
            text = text.Replace($"\"@{i}@\"", Values[i], StringComparison.Ordinal);
        }

        return random.Next(10) == 0 ? text[..random.Next(text.Length)] : text;
    }
}
