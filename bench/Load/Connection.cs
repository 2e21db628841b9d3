using System.Net;
using System.Net.Sockets;

namespace Hms.Bench.Load;

/// <summary>One keep-alive HTTP/1.1 connection over a raw socket, one request in flight.</summary>
internal sealed class Connection : IDisposable
{
    private byte[] buffer = new byte[16 * 1024];
    private int filled;

    public Connection(Uri server)
    {
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket.Connect(new IPEndPoint(IPAddress.Parse(server.Host), server.Port));
    }

    public Socket Socket { get; }

    public void Send(ReadOnlySpan<byte> request)
    {
        filled = 0;
        while (request.Length > 0)
            request = request[Socket.Send(request)..];
    }

    /// <summary>Reads what has come; true once the answer is whole. The answer is valid until the next <see cref="Send"/>.</summary>
    public bool TryReceive(out HttpAnswer answer)
    {
        if (filled == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
        var read = Socket.Receive(buffer.AsSpan(filled));
        if (read == 0)
            throw new IOException("The server closed the connection.");
        filled += read;
        return HttpAnswer.TryParse(buffer.AsSpan(0, filled), out answer);
    }

    public void Dispose() => Socket.Dispose();
}
