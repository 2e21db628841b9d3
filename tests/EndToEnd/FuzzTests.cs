using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Hms.Processes;

namespace Hms.EndToEnd.Tests;

/// <summary>Bodies that are nearly right, and bodies that are nothing: each gets a coded answer, and the server goes on.</summary>
/// <remarks>A failure prints its seed; <c>HMS_FUZZ_SEED</c> runs it again.</remarks>
public sealed class FuzzTests
{
    private const int Bodies = 2_500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly string[] Routes =
    [
        "POST /v1/messages", "POST /v1/messages", "POST /v1/validate", "PUT /v1/supervisors/fuzz", "POST /v1/supervisors/b/heartbeat",
        "POST /v1/supervisors/b/messages/ack", "POST /v1/supervisors/b/messages/nack", "POST /v1/supervisors/b/messages/extend",
        "POST /v1/supervisors/b/dead-letters/redrive", "PUT /v1/message-types/fuzz_type",
    ];

    private static readonly string[] Valid =
    [
        """{"id":"m1","source":"a","destination":"b","message_type":"task_assignment","content":{"task_id":"t","task_type":"x","parameters":{},"priority":"high"},"timestamp":"2025-05-01T14:30:00Z","ttl":60000,"priority":"high","version":"1.0"}""",
        """{"id":"m2","source":"a","destination":"meta_supervisor","message_type":"supervisor_registration","content":{"supervisor_type":"x","heartbeat_interval_ms":1000},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""",
        """{"supervisor_type":"x","roles":["r"],"capabilities":["c"],"heartbeat_interval_ms":100,"metadata":{}}""",
        """{"receipts":["1.1a.1.0","x"],"delay_ms":10,"lease_ms":10,"dead_letter":true,"reason":"r","sequences":[1,2]}""",
        """{"status":"fine","load":0.5,"metrics":{"a":1}}""",
        """{"schema":{"type":"object","properties":{"a":{"type":"integer","minimum":1,"pattern":"^a+$"}},"required":["a"]},"category":"c"}""",
    ];

    private static readonly string[] Splinters =
    [
        "1e999", "-1e-999", "99999999999999999999999999", "-0", "0.1e1", "null", "true", "\"\"", "[]", "{}", "\"\\ud800\"", "\"\\u0000\"",
        "\"id\":1,\"id\":2", new string('[', 200), new string('{', 50), "\"" + new string('x', 70_000) + "\"", "\u0000", "\"HIGH\"", "{\"$ref\":\"#\"}",
        "{\"pattern\":\"(a+)+$\"}", "9007199254740993", "\"2025-13-45T99:99:99Z\"", ",", ":", "}", "]",
    ];

    [Fact]
    public async Task Whatever_the_body_the_answer_is_coded_and_the_server_lives()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HMS_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        var random = new Random(seed);
        using var data = new ScratchFolder();
        await using var server = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);
        await new FabricClient(server.Address).RegisterAsync("b");
        using var http = new HttpClient { BaseAddress = server.Address };

        for (var i = 0; i < Bodies; i++)
        {
            var route = Routes[random.Next(Routes.Length)].Split(' ');
            var body = Body(random);
            using var request = new HttpRequestMessage(new HttpMethod(route[0]), route[1]) { Content = new ByteArrayContent(body) };
            using var answer = await http.SendAsync(request);
            AssertCoded(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(), $"seed {seed}, body {i} to {route[1]}: {Shown(body)}");
        }

        await server.ReadyAsync(Patience);
        using var list = await http.GetAsync(new Uri("/v1/supervisors", UriKind.Relative));
        Assert.True(list.StatusCode == HttpStatusCode.OK, server.Explain($"seed {seed}: the records cannot be read any more"));
    }

    private static void AssertCoded(HttpStatusCode status, byte[] body, string what)
    {
        if ((int)status < 300)
        {
            return;
        }

        Assert.True((int)status is 400 or 404 or 409 or 413 or 422 or 429, $"{what}: {(int)status} {Encoding.UTF8.GetString(body)}");
        using var error = JsonDocument.Parse(body);
        Assert.True(error.RootElement.GetProperty("error_code").GetString()!.Length > 0, what);
        Assert.True(error.RootElement.TryGetProperty("source_message_id", out _), what);
    }

    private static byte[] Body(Random random)
    {
        var text = new StringBuilder(Valid[random.Next(Valid.Length)]);
        switch (random.Next(5))
        {
            case 0:
                var bytes = new byte[random.Next(300)];
                random.NextBytes(bytes);
                return bytes;
            case 1:
                text.Length = random.Next(text.Length);
                break;
            case 2:
                text.Insert(random.Next(text.Length), Splinters[random.Next(Splinters.Length)]);
                break;
            case 3:
                ReplaceValue(text, random);
                break;
            default:
                var flipped = Encoding.UTF8.GetBytes(text.ToString());
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Puts something else where a member's value stood: still JSON more often than not.</summary>
    private static void ReplaceValue(StringBuilder text, Random random)
    {
        var whole = text.ToString();
        var colons = whole.Index().Where(character => character.Item == ':').Select(character => character.Index).ToArray();
        var start = colons[random.Next(colons.Length)] + 1;
        var end = whole.AsSpan(start).IndexOfAny(",}]");
        text.Remove(start, end < 0 ? whole.Length - start : end).Insert(start, Splinters[random.Next(Splinters.Length)]);
    }

    private static string Shown(byte[] body) => Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(body.Length, 400)));
}
