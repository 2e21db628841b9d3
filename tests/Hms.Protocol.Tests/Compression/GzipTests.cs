using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Hms.Protocol.Compression;

namespace Hms.Protocol.Tests.Compression;

/// <summary>Unpacking in memory: what is accepted, and that nothing else is.</summary>
public sealed class GzipTests
{
    private const int Plenty = 1 << 24;

    private static readonly byte[] Text = GzipParts.Text(40);

    public static TheoryData<ZLibCompressionStrategy, int> Ways =>
        new MatrixTheoryData<ZLibCompressionStrategy, int>(Enum.GetValues<ZLibCompressionStrategy>(), [0, 1, 6, 9]);

    [Fact]
    public void What_is_packed_is_unpacked_again() =>
        Prop.ForAll<byte[]>(bytes => Unpack(Gzip.Pack(bytes)).AsSpan().SequenceEqual(bytes)).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Whatever_way_it_was_packed_it_is_unpacked(ZLibCompressionStrategy strategy, int level)
    {
        var options = new ZLibCompressionOptions { CompressionStrategy = strategy, CompressionLevel = level };
        byte[][] contents = [[7], new byte[100_000], GzipParts.Text(3_000), Noise(70_000)];

        Assert.All(contents, content => Assert.Equal(content, Unpack(GzipParts.Pack(content, options))));
    }

    [Fact]
    public void The_same_bytes_are_packed_alike_and_with_no_time() => Assert.Equal(Gzip.Pack(Text), Gzip.Pack(Text.ToArray()));

    [Fact]
    public void What_we_pack_the_base_library_unpacks()
    {
        foreach (var content in new byte[][] { [], [1], Text })
        {
            using var gzip = new GZipStream(new MemoryStream(Gzip.Pack(content)), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            gzip.CopyTo(unpacked);

            Assert.Equal(content, unpacked.ToArray());
        }
    }

    [Fact]
    public void Several_members_are_refused() => Refused([.. Gzip.Pack(Text.AsSpan(0, 9)), .. Gzip.Pack(Text.AsSpan(9))]);

    [Fact]
    public void Every_optional_field_of_the_header_is_skipped()
    {
        byte[] fields = [5, 0, 1, 0, 2, 0, 3, .. "name\0"u8, .. "comment\0"u8];
        const byte all = GzipParts.HasExtra | GzipParts.HasName | GzipParts.HasComment;
        var header = GzipParts.Header(all | GzipParts.HasHeaderCrc | 1, fields);
        var crc = GzipParts.Crc(header);

        Assert.Equal(Text, Unpack(GzipParts.WithHeader(Gzip.Pack(Text), GzipParts.Header(all, fields))));
        Assert.Equal(Text, Unpack(GzipParts.WithHeader(Gzip.Pack(Text), [.. header, (byte)crc, (byte)(crc >> 8)])));
        Assert.Equal(Text, Unpack(GzipParts.WithHeader(Gzip.Pack(Text), GzipParts.Header(GzipParts.HasExtra, [0xFF, 0xFF, .. Noise(0xFFFF)]))));
        Assert.Equal(Text, Unpack(GzipParts.WithHeader(Gzip.Pack(Text), GzipParts.Header(GzipParts.HasName, 0))));
    }

    [Theory]
    [InlineData(0x20)]
    [InlineData(0x40)]
    [InlineData(0x80)]
    public void A_reserved_flag_is_refused(byte flag) => Refused(GzipParts.WithHeader(Gzip.Pack(Text), GzipParts.Header(flag)));

    [Fact]
    public void A_file_that_is_cut_anywhere_is_refused()
    {
        byte[] fields = [2, 0, 1, 2, .. "name\0"u8, .. "comment\0"u8];
        var withFields = GzipParts.WithHeader(
            Gzip.Pack(Text), GzipParts.Header(GzipParts.HasExtra | GzipParts.HasName | GzipParts.HasComment, fields));
        var stored = GzipParts.Pack(Text, new ZLibCompressionOptions { CompressionLevel = 0 });

        foreach (var packed in new[] { Gzip.Pack(Text), withFields, stored })
        {
            for (var length = 0; length < packed.Length; length++)
            {
                Refused(packed[..length]);
                if (length > 0)
                {
                    Refused([.. packed, .. packed[..length]]);
                }
            }
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_but_in_fields_that_say_nothing_is_refused()
    {
        var packed = Gzip.Pack(Text);
        var spare = 0;
        for (var bit = 0; bit < packed.Length * 8; bit++)
        {
            var flipped = packed.ToArray();
            flipped[bit >> 3] ^= (byte)(1 << (bit & 7));

            // The flag that the content is text, the time, the compressor's level and the system.
            if (bit == 3 * 8 || bit >> 3 is >= 4 and < 10)
            {
                Assert.Equal(Text, Unpack(flipped));
            }
            else if (bit >> 3 == packed.Length - 9 && Gzip.TryUnpack(flipped, Plenty, out var unpacked, out _))
            {
                // What is left of the last block's last byte.
                Assert.Equal(Text, unpacked);
                Assert.InRange(++spare, 1, 7);
            }
            else
            {
                Refused(flipped);
            }
        }
    }

    [Fact]
    public void Anything_behind_the_last_member_is_refused()
    {
        var packed = Gzip.Pack(Text);
        foreach (var garbage in new byte[][] { [0], [0x1F], [0x1F, 0x8B], [1, 2, 3], new byte[512], "garbage that is longer than a header"u8.ToArray() })
        {
            Refused([.. packed, .. garbage]);
        }
    }

    [Fact]
    public void As_much_as_is_allowed_may_come_out_and_not_a_byte_more()
    {
        var packed = Gzip.Pack(Text);

        Assert.True(Gzip.TryUnpack(packed, Text.Length, out _, out _));
        Assert.True(Gzip.TryUnpack(packed, int.MaxValue, out _, out _));
        Assert.True(Gzip.TryUnpack(Gzip.Pack([]), 0, out _, out _));
        TooLarge(packed, Text.Length - 1);
        TooLarge(packed, 0);
        TooLarge([.. packed, .. Gzip.Pack([1])], Text.Length);
    }

    private static byte[] Unpack(byte[] packed) =>
        Gzip.TryUnpack(packed, Plenty, out var unpacked, out var fault) ? unpacked : throw new InvalidOperationException(fault.Message);

    private static void Refused(byte[] packed)
    {
        Assert.False(Gzip.TryUnpack(packed, Plenty, out _, out var fault));
        Assert.Equal(ErrorCode.MessageFormat, fault.Code);
    }

    private static void TooLarge(byte[] packed, int bytesMax)
    {
        Assert.False(Gzip.TryUnpack(packed, bytesMax, out _, out var fault));
        Assert.Equal(ErrorCode.PayloadTooLarge, fault.Code);
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(length).NextBytes(noise);
        return noise;
    }
}
