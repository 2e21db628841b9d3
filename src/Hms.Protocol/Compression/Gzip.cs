using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace Hms.Protocol.Compression;

/// <summary>
/// Packs and unpacks one gzip member (RFC 1952). Unpacking is strict: what is cut short, has a wrong checksum or length, or is followed by
/// anything is refused, and so is what would become too large, before it has.
/// </summary>
public static class Gzip
{
    // A head of 10 bytes, an empty block of 2, checksum and length.
    private const int BytesMin = 20;
    private const int PieceBytes = 8 * 1024;

    // What the base library writes for no bytes is no bytes, which is no gzip file: a head, one empty block, checksum and length 0.
    private static ReadOnlySpan<byte> Empty => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Packs bytes into one member, with no name and no time: the same bytes always give the same.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return Empty.ToArray();
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Unpacks one member. Costs memory for what really comes out of it, and no more than for <paramref name="bytesMax"/>.</summary>
    /// <param name="packed">The member, and nothing besides.</param>
    /// <param name="bytesMax">Bytes that may come out; from 0.</param>
    /// <param name="unpacked">What came out.</param>
    /// <param name="fault"><see cref="ErrorCode.MessageFormat"/> for what is no gzip, <see cref="ErrorCode.PayloadTooLarge"/> as soon as too
    /// much comes out.</param>
    public static bool TryUnpack(
        byte[] packed,
        int bytesMax,
        [NotNullWhen(true)] out byte[]? unpacked,
        [NotNullWhen(false)] out Fault? fault)
    {
        ArgumentNullException.ThrowIfNull(packed);
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        var buffer = default(PooledBuffer<byte>);
        try
        {
            fault = Unpack(packed, bytesMax, ref buffer);
            unpacked = fault is null ? buffer.Written.ToArray() : null;
        }
        finally
        {
            buffer.Return();
        }

        return unpacked is not null;
    }

    private static Fault? Unpack(byte[] packed, int bytesMax, ref PooledBuffer<byte> to)
    {
        using var gzip = new GZipStream(new MemoryStream(packed, writable: false), CompressionMode.Decompress);
        try
        {
            for (var read = -1; read != 0; to.Advance(read))
            {
                if (to.Count > bytesMax)
                {
                    return new Fault(ErrorCode.PayloadTooLarge, $"more than {bytesMax} bytes come out of the gzip data");
                }

                read = gzip.Read(to.Room(PieceBytes));
            }
        }
        catch (InvalidDataException)
        {
            return new Fault(ErrorCode.MessageFormat, "it is not valid gzip");
        }

        // The base library takes data that is cut short for data that is over, and passes over what follows. The length at the end of
        // the member tells: it is the last thing in it.
        return packed.Length >= BytesMin && BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(packed.Length - sizeof(uint))) == (uint)to.Count
            ? null
            : new Fault(ErrorCode.MessageFormat, "the gzip data is cut short, or not alone");
    }
}
