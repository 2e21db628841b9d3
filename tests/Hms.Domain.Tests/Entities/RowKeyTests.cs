using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Entities;

namespace Hms.Domain.Tests.Entities;

public sealed class RowKeyTests
{
    private static readonly Gen<RowKey> Keys = Gen.OneOf(
        Gen.Choose('A', 'z').Zip(Gen.Elements(0L, 1L, 255L, 256L, int.MaxValue, 1L << 40, long.MaxValue))
            .Select(pair => RowKey.Of((char)pair.Item1, pair.Item2)),
        Gen.Choose('A', 'z').Zip(Gen.Elements("", "a", "a:b/c@d", "zoë", "日本", "#", "=", new string('x', 256)))
            .Select(pair => RowKey.Of((char)pair.Item1, pair.Item2)));

    [Fact]
    public void A_key_is_read_back_as_it_was_written() =>
        Prop.ForAll(Keys.ToArbitrary(), key => RowKey.Decode(key.Encode()) == key).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_keys_are_the_same_exactly_when_their_bytes_are() =>
        Prop.ForAll(Keys.Two().ToArbitrary(), pair =>
            pair.Item1 == pair.Item2 == pair.Item1.Encode().AsSpan().SequenceEqual(pair.Item2.Encode())).QuickCheckThrowOnFailure();

    [Fact]
    public void Numbers_of_one_kind_lie_in_their_order() =>
        Prop.ForAll<NonNegativeInt, NonNegativeInt>((a, b) =>
        {
            var (low, high) = (RowKey.Of('s', (long)a.Get << 20), RowKey.Of('s', (long)b.Get << 20));
            return Math.Sign(low.Encode().AsSpan().SequenceCompareTo(high.Encode())) == a.Get.CompareTo(b.Get);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_stored_form_never_changes()
    {
        Assert.Equal("s#\0\0\0\0\0\0\u0001\u0002"u8, RowKey.Of('s', 258).Encode());
        Assert.Equal("s=runtime"u8, RowKey.Of('s', "runtime").Encode());
    }
}
