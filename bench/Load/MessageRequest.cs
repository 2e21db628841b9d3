using System.Text;

namespace Hms.Bench.Load;

/// <summary>A rendered <c>POST /v1/messages</c> of one source and destination; each use renews the message in it.</summary>
internal sealed class MessageRequest
{
    private readonly MessageTemplate message;
    private readonly byte[] bytes;
    private readonly int messageAt;

    /// <param name="server">Names the <c>Host</c>.</param>
    /// <param name="source">The sender.</param>
    /// <param name="destination">The mailbox.</param>
    /// <param name="size">Bytes of the whole message; its content is padded to it.</param>
    /// <param name="headers">Further header lines, each ended by CR LF.</param>
    /// <param name="isReply">Leaves room for the <c>correlation_id</c> of the request that is answered.</param>
    public MessageRequest(Uri server, string source, string destination, int size, string headers = "", bool isReply = false)
    {
        message = new MessageTemplate(source, destination, size, isReply);
        var head = $"POST /v1/messages HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n{headers}\r\n";
        bytes = [.. Encoding.ASCII.GetBytes(head), .. message.Bytes];
        messageAt = head.Length;
    }

    /// <summary>The number in the id that was last rendered, unique in this process.</summary>
    public long Number => message.Number;

    /// <summary>The next message, never sent before.</summary>
    public ReadOnlySpan<byte> Next()
    {
        message.Renew(bytes.AsSpan(messageAt));
        return bytes;
    }

    /// <summary>The next message, as the reply to the request of the given id.</summary>
    public ReadOnlySpan<byte> NextReplyTo(ReadOnlySpan<byte> id)
    {
        message.Renew(bytes.AsSpan(messageAt), id);
        return bytes;
    }
}
