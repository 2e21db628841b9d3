using System.Buffers.Binary;
using System.IO.Compression;

namespace Hms.Http.Reading;

/// <summary>
/// A body that comes packed (RFC 1952), as it is unpacked: no further than it is read, so that whoever reads sets the limit. .NET takes a
/// body that breaks off for one that is over; its length, which ends it, tells them apart, and so one body is one gzip member.
/// </summary>
internal sealed class GzipBody : ReadingStream
{
    /// <summary>The least that a gzip member can be: a head of 10 bytes, an empty block of 2, and checksum and length.</summary>
    private const int BytesMin = 20;

    private readonly Packed _packed;
    private readonly GZipStream _unpacked;
    private uint _count;

    /// <summary>Unpacks a body.</summary>
    /// <param name="body">What came over the wire; left open.</param>
    /// <param name="bytesMax">What it may be unpacked; packed it may have hardly more.</param>
    public GzipBody(Stream body, int bytesMax)
    {
        _packed = new Packed(body, bytesMax);
        _unpacked = new GZipStream(_packed, CompressionMode.Decompress);
    }

    /// <summary>The bytes that a body may have packed. What cannot be made smaller becomes a little larger.</summary>
    public static long PackedBytesMax(int bytesMax) => bytesMax + (bytesMax / 16L) + 1_024;

    /// <inheritdoc/>
    /// <exception cref="FaultException"><see cref="ErrorCode.MessageFormat"/> where it is no gzip, or breaks off;
    /// <see cref="ErrorCode.PayloadTooLarge"/> where it is too large as it is.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await _unpacked.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw Refusal.Format("the body is not valid gzip");
        }

        _count += (uint)count;
        return count > 0 || buffer.IsEmpty || (_packed.Count >= BytesMin && _packed.LastFour == _count)
            ? count
            : throw Refusal.Format("the gzip body is not whole, or not alone");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The body as it comes, with its length and its last four bytes, which hold the length of what is packed in it.</summary>
    private sealed class Packed(Stream body, int bytesMax) : ReadingStream
    {
        private uint _tail;

        public long Count { get; private set; }

        public uint LastFour => BinaryPrimitives.ReverseEndianness(_tail);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await body.ReadAsync(buffer, cancellationToken);
            Count += count;
            if (Count > PackedBytesMax(bytesMax))
            {
                throw Refusal.TooLarge(bytesMax);
            }

            foreach (var last in buffer.Span[Math.Max(0, count - 4)..count])
            {
                _tail = (_tail << 8) | last;
            }

            return count;
        }
    }
}
