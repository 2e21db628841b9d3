using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hms.Bench.Limits;

/// <summary>
/// The most that this WebSocket server could do: ASP.NET's WebSocket on Kestrel receives a message and sends its beginning back, as much as
/// our <c>accepted</c> is long, and that is all.
/// </summary>
/// <remarks>A <c>send</c> begins with its number, so the client finds in the echo what it finds in an <c>accepted</c>.</remarks>
internal static class BareSocket
{
    /// <summary>The hidden argument by which the bench starts itself as this echo.</summary>
    public const string Argument = "--bare-socket";

    private const int BufferSize = 64 * 1024;

    private static readonly int AnswerLength =
        """{"op":"accepted","seq":10000000,"id":"bench-00000000-000000000000","status":"accepted","deliveries":1,"duplicate":false,"durability":"fsync"}"""
            .Length;

    public static Task<int> ServeAsync() => BareHost.ServeAsync(app =>
    {
        app.UseWebSockets();
        app.MapGet("/v1/supervisors/{id}/socket", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await EchoAsync(socket);
        });
    });

    private static async Task EchoAsync(WebSocket socket)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            var filled = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                // Only the beginning is kept: what comes after it in further parts is read over.
                part = await socket.ReceiveAsync(buffer.AsMemory(Math.Min(filled, AnswerLength)), CancellationToken.None);
                filled += part.Count;
            }
            while (!part.EndOfMessage);
            if (part.MessageType == WebSocketMessageType.Close)
                break;
            var answer = buffer.AsMemory(0, Math.Min(filled, AnswerLength));
            await socket.SendAsync(answer, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }
}
