using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Sockets;

/// <summary>A client on the socket of supervisor <c>b</c>, as a program would write it.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = new(TestFront.Patience);
    private readonly byte[] _buffer = new byte[4 * 1024 * 1024];

    private SocketClient(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    public static async Task<SocketClient> ConnectAsync(TestFront front)
    {
        var client = new SocketClient(new ClientWebSocket());
        client.Socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await client.Socket.ConnectAsync(Address(front), client._patience.Token);
        return client;
    }

    public static Uri Address(TestFront front, string supervisor = "b") =>
        new($"ws://127.0.0.1:{front.Client.BaseAddress!.Port}/v1/supervisors/{supervisor}/socket");

    /// <summary>A message with that id, as a client would write it.</summary>
    public static string Message(string id) => TestFront.Message.Replace("\"m1\"", $"\"{id}\"", StringComparison.Ordinal);

    public Task SendAsync(string frame) => SendAsync(Encoding.UTF8.GetBytes(frame));

    public Task SendAsync(ReadOnlyMemory<byte> frame, WebSocketMessageType type = WebSocketMessageType.Text, bool isWhole = true) =>
        Socket.SendAsync(frame, type, isWhole, _patience.Token).AsTask();

    /// <summary>The next frame as it was written; null where the server closes.</summary>
    public async Task<string?> TextAsync()
    {
        for (var length = 0; ;)
        {
            var part = await Socket.ReceiveAsync(_buffer.AsMemory(length), _patience.Token);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            Assert.Equal(WebSocketMessageType.Text, part.MessageType);
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(_buffer, 0, length);
            }
        }
    }

    public async Task<JsonNode> NextAsync() => JsonNode.Parse(await TextAsync() ?? throw new InvalidOperationException("the server closed"))!;

    public async Task<JsonNode> AskAsync(string frame)
    {
        await SendAsync(frame);
        return await NextAsync();
    }

    /// <summary>The next frame is an error and nothing else, with that code and that seq.</summary>
    public async Task<JsonNode> ErrorAsync(ErrorCode code, long? seq = null)
    {
        var error = await NextAsync();
        AssertError(error, code, seq);
        return error;
    }

    public static void AssertError(JsonNode error, ErrorCode code, long? seq)
    {
        Assert.True((string?)error["op"] == "error", error.ToJsonString());
        Assert.Equal(seq, (long?)error["seq"]);
        var response = error.DeepClone().AsObject();
        response.Remove("op");
        response.Remove("seq");
        Answers.AssertError(response, code);
    }

    /// <summary>Whether the socket still does what it is asked.</summary>
    public async Task AssertLivesAsync() =>
        Assert.Equal("""{"op":"accepted","seq":777}""", (await AskAsync("""{"op":"heartbeat","seq":777}""")).ToJsonString());

    /// <summary>The receipts of the next frame, which holds one delivery or several.</summary>
    public async Task<string[]> ReceiptsAsync()
    {
        var frame = await NextAsync();
        return (string?)frame["op"] switch
        {
            "delivery" => [(string)frame["receipt"]!],
            "deliveries" => [.. frame["deliveries"]!.AsArray().Select(delivery => (string)delivery!["receipt"]!)],
            _ => throw new InvalidOperationException(frame.ToJsonString()),
        };
    }

    public Task AckAsync(IEnumerable<string> receipts) =>
        SendAsync($$"""{"op":"ack","receipts":[{{string.Join(',', receipts.Select(receipt => $"\"{receipt}\""))}}]}""");

    public Task CloseAsync() => Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", _patience.Token);

    public ValueTask DisposeAsync()
    {
        Socket.Dispose();
        _patience.Dispose();
        return ValueTask.CompletedTask;
    }
}
