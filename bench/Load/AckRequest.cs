using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Hms.Bench.Load;

/// <summary>Gathers receipts and renders them as one <c>POST …/messages/ack</c>.</summary>
internal sealed class AckRequest(Uri server, string supervisor)
{
    private readonly ArrayBufferWriter<byte> receipts = new(16 * 1024);
    private readonly ArrayBufferWriter<byte> request = new(16 * 1024);

    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> receipt)
    {
        receipts.Write(Count++ == 0 ? "{\"receipts\":["u8 : ","u8);
        receipts.Write(receipt);
    }

    /// <summary>The request for all that was added; the next one starts empty.</summary>
    public ReadOnlySpan<byte> Take()
    {
        receipts.Write("]}"u8);
        request.ResetWrittenCount();
        Encoding.ASCII.GetBytes(
            $"POST /v1/supervisors/{supervisor}/messages/ack HTTP/1.1\r\nHost: {server.Authority}\r\n" +
            $"Content-Type: application/json\r\nContent-Length: {receipts.WrittenCount}\r\n\r\n", request);
        request.Write(receipts.WrittenSpan);
        receipts.ResetWrittenCount();
        Count = 0;
        return request.WrittenSpan;
    }

    /// <summary>The number that an answer says were acked; −1 where it does not say.</summary>
    public static int Acked(ReadOnlySpan<byte> body)
    {
        var mark = "\"acked\":"u8;
        var at = body.IndexOf(mark);
        return at >= 0 && Utf8Parser.TryParse(body[(at + mark.Length)..], out int acked, out _) ? acked : -1;
    }
}
