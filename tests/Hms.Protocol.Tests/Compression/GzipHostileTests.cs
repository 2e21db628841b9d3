using Hms.Protocol.Compression;

namespace Hms.Protocol.Tests.Compression;

/// <summary>Whatever is sent, unpacking costs no more memory than may come out. What would take too long shows as a test that does not return.</summary>
public sealed class GzipHostileTests
{
    private const int Limit = 1 << 20, Affordable = 16 << 20;

    [Fact]
    public void A_bomb_of_a_gibibyte_is_refused_before_it_has_cost_much()
    {
        var bomb = GzipParts.Bomb(1024);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(Gzip.TryUnpack(bomb, Limit, out _, out var fault));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Affordable);
        Assert.Equal(ErrorCode.PayloadTooLarge, fault.Code);
    }

    [Fact]
    public void A_bomb_in_members_is_refused_as_one()
    {
        var member = Gzip.Pack(new byte[Limit / 2]);
        byte[] bomb = [.. Enumerable.Repeat(member, 2_000).SelectMany(bytes => bytes)];
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(Gzip.TryUnpack(bomb, Limit, out _, out var fault));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Affordable);
        Assert.Equal(ErrorCode.PayloadTooLarge, fault.Code);
    }

    [Fact]
    public void A_length_that_lies_reserves_nothing()
    {
        byte[] packed = Gzip.Pack("small"u8);
        packed.AsSpan(packed.Length - 4).Fill(0xFF);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(Gzip.TryUnpack(packed, int.MaxValue, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }
}

