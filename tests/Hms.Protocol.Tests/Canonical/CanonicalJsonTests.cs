using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Hms.Protocol.Canonical;
using Hms.Protocol.Tests.Schema;

namespace Hms.Protocol.Tests.Canonical;

/// <summary>What holds of the canonical form of any value.</summary>
public sealed class CanonicalJsonTests
{
    private static readonly JsonDocumentOptions Lenient = new() { MaxDepth = 10_000 };

    // Random bits are rarely small numbers, and hardly ever powers of two, where the doubles below lie closer than those above.
    private static readonly Gen<double> Doubles = Gen.OneOf(
        ArbMap.Default.GeneratorFor<ulong>().Select(BitConverter.UInt64BitsToDouble),
        Gen.Choose(-1074, 1023).Zip(Gen.Choose(-2, 2)).Select(pair => Neighbour(Math.ScaleB(1, pair.Item1), pair.Item2)),
        Gen.Choose(1, 999).Zip(Gen.Choose(-320, 305)).Select(pair => Parse($"{pair.Item1}e{pair.Item2}")),
        Gen.Choose(0, int.MaxValue).Select(n => n / 128.0)).Where(double.IsFinite);

    [Fact]
    public void The_canonical_form_of_a_canonical_form_is_itself() => Prop.ForAll(Trees(), pair =>
    {
        var canonical = Canonical(pair.Tree.Write(new Random(pair.Seed)));
        return Canonical(canonical) == canonical;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_texts_of_one_value_have_one_form() => Prop.ForAll(Trees(), pair =>
        Canonical(pair.Tree.Write(new Random(pair.Seed))) == Canonical(pair.Tree.Write(new Random(pair.Seed + 1)))).QuickCheckThrowOnFailure();

    [Fact]
    public void The_form_means_the_same_value() => Prop.ForAll(Trees(), pair =>
    {
        var text = pair.Tree.Write(new Random(pair.Seed));
        return SameStructure(Checks.Json(text), Checks.Json(Canonical(text)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_number_reads_back_and_no_shorter_or_closer_text_would() => Prop.ForAll(Doubles.ToArbitrary(), number =>
    {
        var text = Canonical(number.ToString("E16", CultureInfo.InvariantCulture));
        var (digits, exponent) = Digits(text);
        var shorter = digits / 10;
        return Parse(text) == number
            && (number == 0 || (!ReadsBack(shorter, exponent + 1) && !ReadsBack(shorter + 1, exponent + 1) && IsClosest(digits, exponent)));

        bool ReadsBack(BigInteger candidate, int scale) => Parse($"{candidate}e{scale}") == Math.Abs(number);

        bool IsClosest(BigInteger candidate, int scale) => new[] { candidate - 1, candidate + 1 }
            .All(other => !ReadsBack(other, scale) || Off(other, scale, number) >= Off(candidate, scale, number));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Members_of_a_huge_object_are_sorted()
    {
        var names = Enumerable.Range(0, 100_000).Select(i => $"k{i * 7919L % 100_003:d6}").ToArray();
        var canonical = Canonical($"{{{string.Join(',', names.Select(name => $"\"{name}\":0"))}}}");

        Assert.Equal($"{{{string.Join(',', names.Order(StringComparer.Ordinal).Select(name => $"\"{name}\":0"))}}}", canonical);
    }

    [Fact]
    public void A_value_within_a_document_has_the_form_that_it_has_alone()
    {
        using var document = JsonDocument.Parse("""{"content":{"b":[1.0,{"d":1,"c":2}],"a":"\u0041"},"z":0}""");

        Assert.True(CanonicalJson.TryGet(document.RootElement.GetProperty("content"), out var canonical, out _));
        Assert.Equal("""{"a":"A","b":[1,{"c":2,"d":1}]}""", Encoding.UTF8.GetString(canonical));
    }

    [Theory]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""["\ud800"]""")]
    [InlineData("""{"\udfff":1}""")]
    [InlineData("[1e309]")]
    public void A_value_from_a_lenient_reader_is_refused_where_it_has_no_form(string text)
    {
        using var document = JsonDocument.Parse(text, Lenient);

        Assert.False(CanonicalJson.TryGet(document.RootElement, out _, out var fault));
        Assert.Equal(ErrorCode.MessageFormat, fault.Code);
    }

    [Fact]
    public void A_value_that_a_lenient_reader_let_nest_too_deep_is_refused()
    {
        using var document = JsonDocument.Parse(Checks.Repeat("[", 9_000) + Checks.Repeat("]", 9_000), Lenient);

        Assert.False(CanonicalJson.TryGet(document.RootElement, out _, out _));
    }

    [Fact]
    public void Bytes_that_a_lenient_reader_let_pass_as_text_are_refused()
    {
        using var document = JsonDocument.Parse(new byte[] { (byte)'"', 0xC0, 0x80, (byte)'"' });

        Assert.False(CanonicalJson.TryGet(document.RootElement, out _, out _));
    }

    private static Arbitrary<(JsonTree Tree, int Seed)> Trees() =>
        JsonTree.Values(3).Zip(Gen.Choose(0, int.MaxValue - 1)).Select(pair => (pair.Item1, pair.Item2)).ToArbitrary();

    private static string Canonical(string text) => CanonicalJson.TryGet(Encoding.UTF8.GetBytes(text), out var canonical, out var fault)
        ? Encoding.UTF8.GetString(canonical)
        : throw new InvalidOperationException($"{fault.Message}: {text}");

    private static bool SameStructure(JsonElement a, JsonElement b) => a.ValueKind == b.ValueKind && a.ValueKind switch
    {
        JsonValueKind.Number => a.GetDouble().Equals(b.GetDouble() + 0.0) || (a.GetDouble() == 0 && b.GetDouble() == 0),
        JsonValueKind.String => a.GetString() == b.GetString(),
        JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength() && a.EnumerateArray().Zip(b.EnumerateArray()).All(pair => SameStructure(pair.First, pair.Second)),
        JsonValueKind.Object => a.GetPropertyCount() == b.GetPropertyCount()
            && a.EnumerateObject().All(member => b.TryGetProperty(member.Name, out var other) && SameStructure(member.Value, other)),
        _ => true,
    };

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double Neighbour(double number, int steps) =>
        BitConverter.Int64BitsToDouble(Math.Max(0, BitConverter.DoubleToInt64Bits(number) + steps));

    // A positive number's digits as an integer without trailing zeros, and the power of ten that makes it the number.
    private static (BigInteger Digits, int Exponent) Digits(string text)
    {
        text = text.TrimStart('-');
        var parts = text.Split('e');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        exponent -= dot < 0 ? 0 : parts[0].Length - dot - 1;
        var digits = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        for (; digits > 0 && digits % 10 == 0; digits /= 10)
        {
            exponent++;
        }

        return (digits, exponent);
    }

    // How far digits × 10^exponent lies from a number, times a power of two and of ten that is the same for all candidates.
    private static BigInteger Off(BigInteger digits, int exponent, double number)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(number));
        var biased = (int)(bits >> 52);
        var mantissa = (bits & ((1L << 52) - 1)) | (biased > 0 ? 1L << 52 : 0);
        var binary = Math.Max(biased, 1) - 1075;
        var left = digits * BigInteger.Pow(10, Math.Max(exponent, 0)) * BigInteger.Pow(2, Math.Max(-binary, 0));
        var right = mantissa * BigInteger.Pow(2, Math.Max(binary, 0)) * BigInteger.Pow(10, Math.Max(-exponent, 0));
        return BigInteger.Abs(left - right);
    }
}
