using System.Buffers;
using System.Text;

namespace Hms.Bench.Sockets;

/// <summary>Gathers receipts and renders them as one <c>ack</c>.</summary>
internal sealed class AckFrame
{
    private readonly ArrayBufferWriter<byte> receipts = new(16 * 1024);
    private readonly ArrayBufferWriter<byte> frame = new(16 * 1024);

    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> receipt)
    {
        receipts.Write(Count++ == 0 ? [] : ","u8);
        receipts.Write(receipt);
    }

    /// <summary>The frame for all that was added; the next one starts empty. Only one with a number is answered.</summary>
    public ReadOnlySpan<byte> Take(int? seq = null)
    {
        frame.ResetWrittenCount();
        frame.Write("{\"op\":\"ack\","u8);
        if (seq is { } number)
            Encoding.ASCII.GetBytes($"\"seq\":{number},", frame);
        frame.Write("\"receipts\":["u8);
        frame.Write(receipts.WrittenSpan);
        frame.Write("]}"u8);
        receipts.ResetWrittenCount();
        Count = 0;
        return frame.WrittenSpan;
    }
}
