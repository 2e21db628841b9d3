using System.Net.WebSockets;
using System.Text.Json;

namespace Hms.EndToEnd.Tests.Topics;

/// <summary>A socket of one supervisor, as any client would use it: a text frame at a time.</summary>
internal sealed class TopicSocket : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ClientWebSocket socket = new();

    public static async Task<TopicSocket> OpenAsync(Uri server, string supervisor)
    {
        var opened = new TopicSocket();
        var address = new UriBuilder(server) { Scheme = "ws", Path = $"/v1/supervisors/{supervisor}/socket" };
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            await opened.socket.ConnectAsync(address.Uri, patience.Token);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public Task SendAsync(byte[] frame) => socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>The next frame; throws where the socket ended.</summary>
    public async Task<JsonDocument> ReadAsync(CancellationToken stop = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        using var frame = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, patience.Token);
            if (read.MessageType == WebSocketMessageType.Close)
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
            frame.Write(buffer, 0, read.Count);
            if (read.EndOfMessage)
                return JsonDocument.Parse(frame.ToArray());
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
