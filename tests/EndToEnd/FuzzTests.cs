using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Hms.EndToEnd.Tests.Topics;
using Hms.Processes;

namespace Hms.EndToEnd.Tests;

/// <summary>Bodies that are nearly right, and bodies that are nothing: each gets a coded answer, and the server goes on.</summary>
/// <remarks>A failure prints its seed; <c>HMS_FUZZ_SEED</c> runs it again.</remarks>
public sealed class FuzzTests
{
    private const int Bodies = 2_500;
    private const int LineBodies = 150;
    private const int FramesPerCheck = 25;
    private const long FirstCheck = 1_000_000_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly string[] Routes =
    [
        "POST /v1/messages", "POST /v1/messages", "POST /v1/validate", "PUT /v1/supervisors/fuzz", "POST /v1/supervisors/b/heartbeat",
        "POST /v1/supervisors/b/messages/ack", "POST /v1/supervisors/b/messages/nack", "POST /v1/supervisors/b/messages/extend",
        "POST /v1/supervisors/b/dead-letters/redrive", "PUT /v1/message-types/fuzz_type",
        "PUT /v1/topics/fuzz.a/subscribers/b", "PUT /v1/topics/fuzz.*/subscribers/b",
    ];

    private static readonly string[] Frames =
    [
        """{"op":"send","seq":1,"message":{"id":"s1","source":"a","destination":"b","message_type":"note","content":{},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}}""",
        """{"op":"send","seq":2,"messages":[{"id":"s2","source":"a","destination":"topic:fuzz","message_type":"note","content":{},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"},{}],"durability":"memory"}""",
        """{"op":"request","seq":3,"wait_ms":10,"message":{"id":"s3","source":"b","destination":"b","message_type":"note","content":{},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}}""",
        """{"op":"receive","credit":3,"batch":2,"lease_ms":50}""",
        """{"op":"ack","seq":4,"receipts":["1.1a.1.0"]}""",
        """{"op":"nack","seq":5,"receipts":["1.1a.1.0"],"delay_ms":1,"dead_letter":true,"reason":"r"}""",
        """{"op":"extend","seq":6,"receipts":["1.1a.1.0"],"lease_ms":10}""",
        """{"op":"heartbeat","seq":7,"status":"fine","load":0.5,"metrics":{"a":1}}""",
    ];

    [Fact]
    public async Task Whatever_the_body_the_answer_is_coded_and_the_server_lives()
    {
        var seed = Seed();
        var random = new Random(seed);
        using var data = new ScratchFolder();
        await using var server = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);
        await new FabricClient(server.Address).RegisterAsync("b");
        using var http = new HttpClient { BaseAddress = server.Address };

        for (var i = 0; i < Bodies; i++)
        {
            var route = Routes[random.Next(Routes.Length)].Split(' ');
            var body = Rubbish.Body(random);
            using var request = new HttpRequestMessage(new HttpMethod(route[0]), route[1]) { Content = new ByteArrayContent(body) };
            using var answer = await http.SendAsync(request);
            AssertCoded(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(), $"seed {seed}, body {i} to {route[1]}: {Rubbish.Shown(body)}");
        }

        await server.ReadyAsync(Patience);
        using var list = await http.GetAsync(new Uri("/v1/supervisors", UriKind.Relative));
        Assert.True(list.StatusCode == HttpStatusCode.OK, server.Explain($"seed {seed}: the records cannot be read any more"));
    }

    [Fact]
    public async Task Whatever_the_lines_each_gets_an_answer_and_the_server_lives()
    {
        var seed = Seed();
        var random = new Random(seed);
        using var data = new ScratchFolder();
        await using var server = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);
        await new FabricClient(server.Address).RegisterAsync("b");
        using var http = new HttpClient { BaseAddress = server.Address };

        for (var i = 0; i < LineBodies; i++)
        {
            byte[][] lines = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => Line(random))];
            using var content = new ByteArrayContent([.. lines.SelectMany(line => line.Append((byte)'\n'))]);
            content.Headers.ContentType = new("application/x-ndjson");
            using var answer = await http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content);

            var what = $"seed {seed}, body {i}";
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{what}: {(int)answer.StatusCode}");
            var answers = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(answers.Length == lines.Length, $"{what}: {answers.Length} answers to {lines.Length} lines");
            Assert.All(answers, line => AssertAnswer(line, what));
        }

        await server.ReadyAsync(Patience);
    }

    [Fact]
    public async Task Whatever_the_frame_the_socket_lives()
    {
        var seed = Seed();
        var random = new Random(seed);
        using var data = new ScratchFolder();
        await using var server = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);
        await new FabricClient(server.Address).RegisterAsync("b");
        await using var socket = await TopicSocket.OpenAsync(server.Address, "b");

        for (var i = 0; i < Bodies; i++)
        {
            var frame = Rubbish.Body(random, Frames[random.Next(Frames.Length)]);
            await socket.SendAsync(frame);
            if (i % FramesPerCheck != 0)
            {
                continue;
            }

            // Whatever came before, this is understood and answered.
            await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"op":"heartbeat","seq":{{FirstCheck + i}}}"""));
            while (true)
            {
                using var answer = await socket.ReadAsync();
                if (answer.RootElement.TryGetProperty("seq", out var seq) && seq.GetInt64() == FirstCheck + i)
                {
                    Assert.True(answer.RootElement.GetProperty("op").GetString() == "accepted", $"seed {seed}, frame {i}: {Rubbish.Shown(frame)}");
                    break;
                }
            }
        }

        await server.ReadyAsync(Patience);
    }

    private static int Seed() =>
        int.TryParse(Environment.GetEnvironmentVariable("HMS_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();

    // One line, and none that is blank: those get no answer.
    private static byte[] Line(Random random)
    {
        var line = Rubbish.Body(random).Where(b => b is not ((byte)'\n' or (byte)'\r')).ToArray();
        return line.All(b => b is (byte)' ' or (byte)'\t') ? [(byte)'x'] : line;
    }

    private static void AssertAnswer(string line, string what)
    {
        using var answer = JsonDocument.Parse(line);
        Assert.True(
            answer.RootElement.TryGetProperty("status", out _) || answer.RootElement.GetProperty("error_code").GetString()!.Length > 0,
            $"{what}: {line}");
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
}
