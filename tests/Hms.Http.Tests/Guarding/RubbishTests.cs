using System.Text;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Guarding;

/// <summary>Whatever comes in, what goes out is a coded error of the client's, never one of ours.</summary>
public sealed class RubbishTests
{
    private static readonly string[] Paths =
    [
        "/v1/messages", "/v1/validate", "/v1/supervisors/b/messages/ack", "/v1/supervisors/b/messages/nack", "/v1/supervisors/b/messages/extend",
        "/v1/supervisors/b/dead-letters/redrive", "/v1/supervisors/b/heartbeat", "PUT /v1/supervisors/b", "PUT /v1/message-types/t",
        "PUT /v1/topics/t/subscribers/b",
    ];

    private static readonly string[] Bodies =
    [
        """{"receipts":["r1"],"lease_ms":1000,"delay_ms":5,"dead_letter":false,"reason":"x"}""",
        """{"supervisor_type":"x","roles":["a"],"capabilities":["b"],"public_key":{"kty":"EC"},"heartbeat_interval_ms":1000,"metadata":{},"restart":false}""",
        """{"schema":{"type":"object"},"category":"c","description":"d","sender_roles":["any"],"response_type":"r"}""",
        """{"from":1}""",
        """{"sequences":[1,2],"status":"ok","load":0.5,"metrics":{"a":1}}""",
        TestFront.Message,
    ];

    private static readonly string[] Values =
        ["null", "true", "-1", "1e999", "-0", "123456789012345678901234567890", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[]]]", "0.1"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_bytes_are_never_an_error_of_ours(int seed)
    {
        await using var front = await TestFront.StartAsync();
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var bytes = new byte[random.Next(0, 300)];
            random.NextBytes(bytes);
            await SendAsync(front, Paths[random.Next(Paths.Length)], bytes, $"seed {seed}, round {round}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Changed_bodies_are_never_an_error_of_ours(int seed)
    {
        await using var front = await TestFront.StartAsync();
        var random = new Random(seed);
        for (var round = 0; round < 120; round++)
        {
            var body = Change(Bodies[random.Next(Bodies.Length)], random);
            await SendAsync(front, Paths[random.Next(Paths.Length)], Encoding.UTF8.GetBytes(body), $"seed {seed}, round {round}: {body}");
        }
    }

    [Fact]
    public async Task Truncated_json_is_a_format_error()
    {
        await using var front = await TestFront.StartAsync();
        for (var length = 0; length < Bodies[0].Length; length += 7)
        {
            await front.PostAsync("/v1/supervisors/b/messages/ack", Bodies[0][..length]).ErrorAsync(ErrorCode.MessageFormat);
        }
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task Deep_nesting_is_a_format_error(string open, string close)
    {
        await using var front = await TestFront.StartAsync();
        foreach (var depth in (int[])[127, 10_000])
        {
            var deep = $"{string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}";
            await front.PutAsync("/v1/supervisors/b", $"{{\"supervisor_type\":\"x\",\"metadata\":{{\"deep\":{deep}}}}}").ErrorAsync(ErrorCode.MessageFormat);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_a_format_error()
    {
        await using var front = await TestFront.StartAsync();
        byte[] body = [.. "{\"receipts\":[\""u8, 0xC3, 0x28, .. "\"]}"u8];
        await SendAsync(front, "/v1/supervisors/b/messages/ack", body, "bad UTF-8", 400);
    }

    [Fact]
    public async Task Random_heads_never_stop_the_server()
    {
        await using var front = await TestFront.StartAsync();
        var random = new Random(7);
        for (var round = 0; round < 60; round++)
        {
            var path = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(33, 127))]);
            var prefix = random.Next(2) == 0 ? "/" : "/v1/supervisors/";
            var answer = await front.RawAsync($"GET {prefix}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Assert.DoesNotContain("HTTP/1.1 5", answer, StringComparison.Ordinal);
        }

        Assert.Empty(front.Logged);
    }

    private static string Change(string body, Random random)
    {
        var document = JsonNode.Parse(body)!.AsObject();
        var member = document.ElementAt(random.Next(document.Count)).Key;
        document[member] = "@@";
        var changed = document.ToJsonString().Replace("\"@@\"", Values[random.Next(Values.Length)], StringComparison.Ordinal);
        return random.Next(5) == 0 ? changed[..random.Next(changed.Length)] : changed;
    }

    private static async Task SendAsync(TestFront front, string path, byte[] body, string what, int? status = null)
    {
        var method = path.StartsWith("PUT ", StringComparison.Ordinal) ? HttpMethod.Put : HttpMethod.Post;
        using var request = new HttpRequestMessage(method, path.Replace("PUT ", "", StringComparison.Ordinal)) { Content = new ByteArrayContent(body) };
        using var answer = await front.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode < 500, $"{what}: {(int)answer.StatusCode} {text}");
        Assert.True(status is null || status == (int)answer.StatusCode, what);
        if (!answer.IsSuccessStatusCode)
        {
            var code = ErrorCodes.FromWire((string)JsonNode.Parse(text)!["error_code"]!, (int)answer.StatusCode);
            Assert.Equal((int)answer.StatusCode, code?.HttpStatus());
        }
    }
}
