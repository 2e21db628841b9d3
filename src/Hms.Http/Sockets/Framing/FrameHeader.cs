using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Hms.Http.Sockets.Framing;

/// <summary>What stands before the payload of a frame that a client sent (RFC 6455, section 5.2).</summary>
/// <param name="IsFinal">Whether it ends its message.</param>
/// <param name="Opcode">What it is.</param>
/// <param name="Mask">The masking key, as it lies in memory.</param>
/// <param name="Size">Bytes of the header itself.</param>
/// <param name="Length">Bytes of the payload.</param>
internal readonly record struct FrameHeader(bool IsFinal, Opcode Opcode, uint Mask, int Size, long Length)
{
    private const int ControlBytesMax = 125;

    public bool IsControl => Opcode >= Opcode.Close;

    /// <summary>Reads a header; false where it has not come in whole yet, and where it breaks the protocol.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out FrameHeader header, out string? violation)
    {
        header = default;
        violation = null;
        if (from.Length < 2)
        {
            return false;
        }

        violation = ViolationOf(from[0], from[1]);
        var short7 = from[1] & 0x7F;
        var size = short7 switch { 126 => 8, 127 => 14, _ => 6 };
        if (violation is not null || from.Length < size)
        {
            return false;
        }

        var length = short7 switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(from[2..]),
            127 => BinaryPrimitives.ReadInt64BigEndian(from[2..]),
            _ => short7,
        };
        if (length < 0)
        {
            violation = "the length of a frame has its highest bit set";
            return false;
        }

        var mask = MemoryMarshal.Read<uint>(from[(size - 4)..]);
        header = new FrameHeader((from[0] & 0x80) != 0, (Opcode)(from[0] & 0x0F), mask, size, length);
        return true;
    }

    /// <summary>Takes the mask off a payload (section 5.3), or puts it on.</summary>
    public static void Unmask(Span<byte> payload, uint mask)
    {
        var pattern = Vector.AsVectorByte(new Vector<uint>(mask));
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(payload);
        foreach (ref var vector in vectors)
        {
            vector ^= pattern;
        }

        var rest = payload[(vectors.Length * Vector<byte>.Count)..];
        for (var i = 0; i < rest.Length; i++)
        {
            rest[i] ^= pattern[i & 3];
        }
    }

    private static string? ViolationOf(byte first, byte second) => (Opcode)(first & 0x0F) switch
    {
        _ when (first & 0x70) != 0 => "a reserved bit is set although no extension was agreed upon",
        _ when (second & 0x80) == 0 => "a frame of a client is not masked",
        Opcode.Continuation or Opcode.Text or Opcode.Binary => null,
        Opcode.Close or Opcode.Ping or Opcode.Pong => (first & 0x80) == 0 ? "a control frame is fragmented"
            : (second & 0x7F) > ControlBytesMax ? "a control frame is longer than 125 bytes"
            : null,
        _ => "the opcode is reserved",
    };
}
