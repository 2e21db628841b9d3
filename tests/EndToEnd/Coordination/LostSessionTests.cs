using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Hms.Processes;

namespace Hms.EndToEnd.Tests.Coordination;

/// <summary>Who stops beating loses what it held, and whoever waits for that gets it, over real connections and in real time.</summary>
public sealed class LostSessionTests
{
    private const int HeartbeatMs = 200;
    private const int Beats = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task Supervisor_that_stops_beating_loses_its_lock_to_who_waits_and_its_socket_is_told()
    {
        using var data = new ScratchFolder();
        await using var server = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);
        await SendAsync(server, HttpMethod.Put, "/v1/supervisors/holder", new { supervisor_type = "test", heartbeat_interval_ms = HeartbeatMs });
        var held = await SendAsync(server, HttpMethod.Post, "/v1/locks/db/acquire", new { owner = "holder", lease_ms = 3_600_000 });
        Assert.True((bool)held["granted"]!);
        var waiting = SendAsync(server, HttpMethod.Post, "/v1/locks/db/acquire", new { owner = "heir", lease_ms = 3_600_000, wait_ms = 60_000 });
        using var timeout = new CancellationTokenSource(Patience);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{server.Address.Authority}/v1/supervisors/holder/socket"), timeout.Token);
        await SayAsync(socket, """{"op":"receive","credit":10}""", timeout.Token);

        var (longest, last) = (TimeSpan.Zero, Stopwatch.GetTimestamp());
        for (var beat = 0; beat < Beats; beat++)
        {
            await SayAsync(socket, """{"op":"heartbeat"}""", timeout.Token);

            // The interval itself.
            await Task.Delay(HeartbeatMs, timeout.Token);
            var since = Stopwatch.GetElapsedTime(last);
            (longest, last) = (since > longest ? since : longest, Stopwatch.GetTimestamp());
        }

        // On a machine that is too busy to beat in time there is nothing to be seen here.
        Assert.True(!waiting.IsCompleted || longest > TimeSpan.FromMilliseconds(2 * HeartbeatMs));
        var granted = await waiting.WaitAsync(timeout.Token);

        Assert.True((bool)granted["granted"]!);
        Assert.True((long)granted["fencing_token"]! > (long)held["fencing_token"]!);
        var told = await HearAsync(socket, "lock_response", timeout.Token);
        Assert.Equal(("meta_supervisor", "db"), ((string?)told["source"], (string?)told["correlation_id"]));
        Assert.Equal((false, (long)held["fencing_token"]!), ((bool)told["content"]!["granted"]!, (long)told["content"]!["fencing_token"]!));
        Assert.Equal("dead", (string?)(await SendAsync(server, HttpMethod.Get, "/v1/supervisors/holder", null))["status"]);
    }

    private static async Task<JsonNode> SendAsync(ServerProcess server, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(server.Address, path));
        request.Content = body is null ? null : JsonContent.Create(body);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    private static Task SayAsync(ClientWebSocket socket, string frame, CancellationToken cancellationToken) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <summary>The next delivered message of a type.</summary>
    private static async Task<JsonNode> HearAsync(ClientWebSocket socket, string messageType, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var frame = await socket.ReceiveAsync(buffer, cancellationToken);
            Assert.True(frame.EndOfMessage && frame.MessageType == WebSocketMessageType.Text);
            var heard = JsonNode.Parse(buffer.AsSpan(0, frame.Count))!;
            if ((string?)heard["op"] == "delivery" && (string?)heard["message"]!["message_type"] == messageType)
                return heard["message"]!;
        }
    }
}
