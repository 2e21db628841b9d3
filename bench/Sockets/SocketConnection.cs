using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Hms.Bench.Sockets;

/// <summary>One supervisor's WebSocket over a raw socket (RFC 6455): frames gather and leave in one write, and come many in one read.</summary>
internal sealed class SocketConnection : IDisposable
{
    private const string AcceptKey = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);
    private readonly byte[] mask = RandomNumberGenerator.GetBytes(sizeof(uint));
    private readonly ArrayBufferWriter<byte> outgoing = new(64 * 1024);
    private readonly ArrayBufferWriter<byte> fragments = new();
    private byte[] incoming = new byte[64 * 1024];
    private int from;
    private int filled;
    private int sent;
    private bool closed;

    public SocketConnection(Uri server, string supervisor)
    {
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            Socket.Connect(new IPEndPoint(IPAddress.Parse(server.Host), server.Port));
            ShakeHands(server, supervisor);
            // A write that waited for a server that itself waits to be read from would never end.
            Socket.Blocking = false;
        }
        catch
        {
            Socket.Dispose();
            throw;
        }
    }

    public Socket Socket { get; }

    /// <summary>Whether the kernel has not yet taken all that was sent.</summary>
    public bool HasUnsent => outgoing.WrittenCount > 0;

    /// <summary>Adds a text frame to what the next <see cref="Flush"/> sends.</summary>
    public void Send(ReadOnlySpan<byte> text) => SocketFrame.Write(outgoing, SocketOpcode.Text, text, mask);

    /// <summary>Sends what has gathered, as far as the kernel takes it.</summary>
    public void Flush()
    {
        while (sent < outgoing.WrittenCount)
        {
            var taken = Socket.Send(outgoing.WrittenSpan[sent..], SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
                return;
            if (error != SocketError.Success)
                throw new SocketException((int)error);
            sent += taken;
        }
        outgoing.ResetWrittenCount();
        sent = 0;
    }

    /// <summary>Reads what has come, once; what was taken before is no longer valid.</summary>
    public void Receive()
    {
        if (from > 0)
        {
            incoming.AsSpan(from..filled).CopyTo(incoming);
            (from, filled) = (0, filled - from);
        }
        if (filled == incoming.Length)
            Array.Resize(ref incoming, incoming.Length * 2);
        var read = Socket.Receive(incoming.AsSpan(filled), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return;
        if (error != SocketError.Success)
            throw new SocketException((int)error);
        if (read == 0)
            throw new IOException("The server ended the connection.");
        filled += read;
    }

    /// <summary>Takes the next whole message of what has been read; it is valid until the next call. A ping is answered on the way.</summary>
    public bool TryTake(out SocketAnswer answer)
    {
        answer = default;
        while (SocketFrame.TryParse(incoming.AsSpan(from..filled), out var frame, out var length))
        {
            from += length;
            switch (frame.Opcode)
            {
                case SocketOpcode.Text when frame.IsLast:
                    answer = new SocketAnswer(frame.Payload);
                    return true;
                case SocketOpcode.Text or SocketOpcode.Continuation:
                    if (frame.Opcode == SocketOpcode.Text)
                        fragments.ResetWrittenCount();
                    fragments.Write(frame.Payload);
                    if (!frame.IsLast)
                        break;
                    answer = new SocketAnswer(fragments.WrittenSpan);
                    return true;
                case SocketOpcode.Ping:
                    SocketFrame.Write(outgoing, SocketOpcode.Pong, frame.Payload, mask);
                    break;
                case SocketOpcode.Pong:
                    break;
                case SocketOpcode.Close:
                    closed = true;
                    throw new IOException($"The server closed the socket: {Reason(frame.Payload)}");
                default:
                    throw new IOException($"The server sent a frame of the kind {frame.Opcode}.");
            }
        }
        return false;
    }

    /// <summary>Closes in order and waits for the server's close, so that it has read everything that was sent before.</summary>
    public void Dispose()
    {
        try
        {
            Socket.Blocking = true;
            Socket.SendTimeout = Socket.ReceiveTimeout = (int)ClosePatience.TotalMilliseconds;
            SocketFrame.Write(outgoing, SocketOpcode.Close, [], mask);
            Flush();
            for (var began = Stopwatch.GetTimestamp(); !closed && Stopwatch.GetElapsedTime(began) < ClosePatience;)
            {
                Receive();
                while (TryTake(out _))
                {
                }
            }
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // It is closed, or it does not answer: its round is over either way.
        }
        Socket.Dispose();
    }

    private void ShakeHands(Uri server, string supervisor)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        Socket.Send(Encoding.ASCII.GetBytes(
            $"GET /v1/supervisors/{supervisor}/socket HTTP/1.1\r\nHost: {server.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        int headEnd;
        while ((headEnd = incoming.AsSpan(..filled).IndexOf("\r\n\r\n"u8)) < 0)
            Receive();
        var head = Encoding.Latin1.GetString(incoming.AsSpan(..headEnd));
        // RFC 6455 fixes this hash; nothing secret rests on it.
#pragma warning disable CA5350
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptKey)));
#pragma warning restore CA5350
        if (!head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) || !head.Contains(accept, StringComparison.Ordinal))
            throw new IOException($"The socket of {supervisor} was not opened: {Encoding.Latin1.GetString(incoming.AsSpan(..filled))}");
        // The server may have sent frames with it.
        from = headEnd + 4;
    }

    private static string Reason(ReadOnlySpan<byte> payload) => payload.Length < sizeof(ushort)
        ? "no reason given"
        : $"{BinaryPrimitives.ReadUInt16BigEndian(payload)} {Encoding.UTF8.GetString(payload[sizeof(ushort)..])}";
}
