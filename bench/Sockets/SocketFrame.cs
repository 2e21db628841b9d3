using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Hms.Bench.Sockets;

/// <summary>The kinds of WebSocket frames (RFC 6455, section 5.2).</summary>
internal enum SocketOpcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>One frame as it stands in a buffer (RFC 6455, section 5.2).</summary>
internal readonly ref struct SocketFrame(SocketOpcode opcode, bool isLast, ReadOnlySpan<byte> payload)
{
    private const byte LastBit = 0x80;
    private const byte MaskBit = 0x80;
    private const byte ReservedBits = 0x70;
    private const int ShortLengthMax = 125;
    private const byte Length16 = 126;
    private const byte Length64 = 127;
    private const int HeadMax = 14;

    public SocketOpcode Opcode => opcode;

    /// <summary>The last, or only, frame of its message.</summary>
    public bool IsLast => isLast;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Reads the first frame of what a server sent; false while bytes of it are missing.</summary>
    public static bool TryParse(ReadOnlySpan<byte> data, out SocketFrame frame, out int length)
    {
        frame = default;
        length = 0;
        if (data.Length < 2)
            return false;
        if ((data[0] & ReservedBits) != 0 || (data[1] & MaskBit) != 0)
            throw new IOException("The server sent a masked or an extended frame, which was not asked for.");
        var headLength = data[1] switch { Length16 => 4, Length64 => 10, _ => 2 };
        if (data.Length < headLength)
            return false;
        var size = data[1] switch
        {
            Length16 => BinaryPrimitives.ReadUInt16BigEndian(data[2..]),
            Length64 => BinaryPrimitives.ReadUInt64BigEndian(data[2..]),
            var size7 => size7,
        };
        if (size > int.MaxValue / 2)
            throw new IOException($"The server sent a frame of {size} bytes.");
        length = headLength + (int)size;
        if (data.Length < length)
            return false;
        frame = new SocketFrame((SocketOpcode)(data[0] & 0x0F), (data[0] & LastBit) != 0, data[headLength..length]);
        return true;
    }

    /// <summary>Writes a whole message as one frame, masked as every frame of a client must be.</summary>
    /// <param name="output">Where it is put.</param>
    /// <param name="opcode">What it is.</param>
    /// <param name="payload">Its content, which stays as it is.</param>
    /// <param name="mask">The four bytes of the mask.</param>
    public static void Write(IBufferWriter<byte> output, SocketOpcode opcode, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> mask)
    {
        var frame = output.GetSpan(HeadMax + payload.Length);
        frame[0] = (byte)(LastBit | (byte)opcode);
        var at = 2;
        if (payload.Length <= ShortLengthMax)
        {
            frame[1] = (byte)(MaskBit | payload.Length);
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            frame[1] = MaskBit | Length16;
            BinaryPrimitives.WriteUInt16BigEndian(frame[at..], (ushort)payload.Length);
            at += sizeof(ushort);
        }
        else
        {
            frame[1] = MaskBit | Length64;
            BinaryPrimitives.WriteUInt64BigEndian(frame[at..], (ulong)payload.Length);
            at += sizeof(ulong);
        }
        mask.CopyTo(frame[at..]);
        at += mask.Length;
        CopyMasked(payload, frame[at..], mask);
        output.Advance(at + payload.Length);
    }

    // A vector is as long as a number of whole masks, so what is left after the last one starts with the mask's first byte.
    private static void CopyMasked(ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<byte> mask)
    {
        var wide = Vector.AsVectorByte(new Vector<uint>(MemoryMarshal.Read<uint>(mask)));
        var at = 0;
        for (; at <= from.Length - Vector<byte>.Count; at += Vector<byte>.Count)
            (new Vector<byte>(from[at..]) ^ wide).CopyTo(to[at..]);
        for (; at < from.Length; at++)
            to[at] = (byte)(from[at] ^ mask[at % sizeof(uint)]);
    }
}
