using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;

namespace Hms.Http.Sockets;

/// <summary>The opening handshake of RFC 6455, section 4.2. No subprotocol and no extension is agreed upon.</summary>
internal static class Handshake
{
    private const string Protocol = "websocket";
    private const string Version = "13";
    private const int NonceBytes = 16;

    /// <summary>What section 1.3 appends to the client's key.</summary>
    private static readonly byte[] Suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.ToArray();

    /// <summary>Why a request is not, or not well, asking for a WebSocket, and the status for it; sets the headers that go with it.</summary>
    /// <returns>Null where nothing is wrong.</returns>
    public static string? Refusal(HttpContext context, out int status)
    {
        var headers = context.Request.Headers;
        status = StatusCodes.Status400BadRequest;
        var asks = context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && Asks(headers.Upgrade.ToString());
        if (asks && headers.SecWebSocketVersion == Version)
        {
            return IsNonce(headers.SecWebSocketKey.ToString()) ? null : "Sec-WebSocket-Key must be 16 bytes in base64";
        }

        status = StatusCodes.Status426UpgradeRequired;
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = Protocol;
        context.Response.Headers.SecWebSocketVersion = Version;
        return asks
            ? "Sec-WebSocket-Version must be 13"
            : "this is a WebSocket: ask for it with Upgrade: websocket (RFC 6455), over HTTP/1.1";
    }

    /// <summary>Accepts; what the socket says then goes over this stream.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.RateLimited"/> where too many sockets are open.</exception>
    public static async Task<Stream> AcceptAsync(HttpContext context)
    {
        // For how long a client may take nothing is for the socket to say.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        var headers = context.Response.Headers;
        headers.Upgrade = Protocol;
        headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        try
        {
            return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        }
        catch (InvalidOperationException e) when (!context.Response.HasStarted)
        {
            headers.Remove(HeaderNames.Upgrade);
            headers.Remove(HeaderNames.SecWebSocketAccept);
            throw new FaultException(ErrorCode.RateLimited, "too many sockets are open", e);
        }
    }

    private static bool Asks(ReadOnlySpan<char> upgrade)
    {
        foreach (var protocol in upgrade.Split(','))
        {
            if (upgrade[protocol].Trim().Equals(Protocol, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNonce(string key) => key.Length == 24 && Base64.IsValid(key, out var bytes) && bytes == NonceBytes;

#pragma warning disable CA5350 // The handshake asks for SHA-1; nothing rests on its strength.
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData([.. Encoding.ASCII.GetBytes(key), .. Suffix]));
#pragma warning restore CA5350
}
