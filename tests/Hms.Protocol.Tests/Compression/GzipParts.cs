using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Hms.Protocol.Tests.Compression;

/// <summary>Builds gzip files by hand, well or badly, on the base library's compressor.</summary>
internal static class GzipParts
{
    public const byte HasHeaderCrc = 2, HasExtra = 4, HasName = 8, HasComment = 16;

    /// <summary>Text with repeats near and far, so that blocks of every kind come of it.</summary>
    public static byte[] Text(int lines, int seed = 1)
    {
        var chance = new Random(seed);
        var text = new StringBuilder();
        for (var i = 0; i < lines; i++)
        {
            text.Append("{\"id\":\"msg_").Append(chance.Next(100_000)).Append("\",\"source\":\"runtime_supervisor\",\"n\":").Append(i).Append("}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static byte[] Pack(byte[] bytes, ZLibCompressionOptions? options = null)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, options ?? new ZLibCompressionOptions(), leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>A header with the flags and fields given.</summary>
    public static byte[] Header(byte flags, params byte[] fields) => [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 255, .. fields];

    /// <summary>The same file with another header.</summary>
    public static byte[] WithHeader(byte[] packed, byte[] header) => [.. header, .. packed[10..]];

    /// <summary>A file of one member around packed blocks.</summary>
    public static byte[] Around(byte[] blocks, byte[] unpacked) => [.. Header(0), .. blocks, .. Trailer(unpacked)];

    public static byte[] Trailer(byte[] unpacked)
    {
        var trailer = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc(unpacked));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), (uint)unpacked.Length);
        return trailer;
    }

    public static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }

    /// <summary>About a thousand bytes of blocks from which a MiB of zeros comes, and behind which more blocks may follow.</summary>
    public static byte[] MebibyteOfZeros()
    {
        using var blocks = new MemoryStream();
        using var deflate = new DeflateStream(blocks, CompressionLevel.Optimal, leaveOpen: true);
        deflate.Write(new byte[1 << 20]);
        deflate.Flush();
        return blocks.ToArray();
    }

    /// <summary>A file from which so many MiB of zeros come; its checksum is wrong, which nobody should live to see.</summary>
    public static byte[] Bomb(int mebibytes)
    {
        var blocks = MebibyteOfZeros();
        var bomb = new byte[10 + (blocks.Length * mebibytes) + 2 + 8];
        Header(0).CopyTo(bomb, 0);
        for (var i = 0; i < mebibytes; i++)
        {
            blocks.CopyTo(bomb, 10 + (i * blocks.Length));
        }

        // The last block: fixed codes, and at once its end.
        bomb[^10] = 3;
        return bomb;
    }
}
