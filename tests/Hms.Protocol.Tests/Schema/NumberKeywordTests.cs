using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Hms.Protocol.Tests.Schema;

public sealed class NumberKeywordTests
{
    [Theory]
    [InlineData("minimum", "0", "0", true)]
    [InlineData("minimum", "0", "-1", false)]
    [InlineData("minimum", "1.5", "1.50", true)]
    [InlineData("minimum", "1e1000", "1e999", false)]
    [InlineData("maximum", "1", "1.0000000000000000000000001", false)]
    [InlineData("maximum", "9007199254740992", "9007199254740993", false)]
    [InlineData("maximum", "18446744073709551616", "18446744073709551616.0", true)]
    [InlineData("maximum", "-1e400", "-1e401", true)]
    [InlineData("exclusiveMinimum", "0", "0", false)]
    [InlineData("exclusiveMinimum", "0", "1e-400", true)]
    [InlineData("exclusiveMinimum", "0", "-0.0", false)]
    [InlineData("exclusiveMaximum", "10", "9.9999999999999999999999", true)]
    [InlineData("exclusiveMaximum", "10", "1e1", false)]
    [InlineData("minimum", "5", "\"1\"", true)]
    public void Ranges_are_compared_exactly(string keyword, string bound, string value, bool valid) =>
        Assert.Equal(valid, Checks.IsValid($$"""{"{{keyword}}":{{bound}}}""", value));

    [Theory]
    [InlineData("3", "9", true)]
    [InlineData("3", "10", false)]
    [InlineData("3", "-9", true)]
    [InlineData("3", "0.0", true)]
    [InlineData("0.01", "19.99", true)]
    [InlineData("0.01", "19.999", false)]
    [InlineData("0.1", "1234567890123456789012345678901234567890.7", true)]
    [InlineData("0.3", "0.9", true)]
    [InlineData("0.3", "1", false)]
    [InlineData("2.5e2", "1e3", true)]
    [InlineData("7", "1e300", false)]
    [InlineData("8", "1e300", true)]
    [InlineData("1e300", "1e301", true)]
    [InlineData("1e300", "1e299", false)]
    [InlineData("12345678901234567890123", "24691357802469135780246", true)]
    [InlineData("12345678901234567890123", "24691357802469135780247", false)]
    [InlineData("2", "\"3\"", true)]
    public void Multiples_are_computed_exactly(string divisor, string value, bool valid) =>
        Assert.Equal(valid, Checks.IsValid($$"""{"multipleOf":{{divisor}}}""", value));

    [Fact]
    public void Every_broken_bound_is_reported() =>
        Assert.Equal(
            [
                "/n: must be at least 1, is 0", "/n: must be at most -1, is 0",
                "/n: must be greater than 0, is 0", "/n: must be less than -0.5, is 0",
            ],
            Checks.Problems("""{"minimum":1,"maximum":-1,"exclusiveMinimum":0,"exclusiveMaximum":-0.5}""", "0", "/n"));

    [Theory]
    [InlineData("1e1000000000", true)]
    [InlineData("1e99999999999999999999999999", true)]
    [InlineData("-1e1000000000", false)]
    [InlineData("1e-1000000000", false)]
    public void Huge_exponents_cost_nothing(string value, bool valid) =>
        Assert.Equal(valid, Checks.IsValid("""{"type":"integer","minimum":1,"multipleOf":2,"not":{"enum":[1,2,3]}}""", value));

    [Fact]
    public void A_number_of_a_million_digits_is_checked()
    {
        var digits = new string('3', 1_000_000);
        Assert.True(Checks.IsValid("""{"type":"integer","multipleOf":3,"exclusiveMinimum":1e999999,"maximum":1e1000000}""", digits));
        Assert.False(Checks.IsValid("""{"multipleOf":1000000000000000000000000000007}""", digits));
    }

    [Fact]
    public void Comparison_agrees_with_big_integers_however_numbers_are_written()
    {
        Prop.ForAll<int, int, byte>((a, b, shift) =>
        {
            var zeros = shift % 40;
            var left = new BigInteger(a) * BigInteger.Pow(10, zeros);
            var valid = Checks.IsValid($$"""{"maximum":{{left.ToString(CultureInfo.InvariantCulture)}}}""", $"{b}e{zeros}");
            return valid == (b <= a);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Multiples_agree_with_big_integers()
    {
        Prop.ForAll<int, PositiveInt, byte>((value, divisor, places) =>
        {
            var scale = places % 30;
            var valid = Checks.IsValid($$"""{"multipleOf":{{divisor.Get}}e-{{scale}}}""", $"{value}e-{scale}");
            return valid == (value % divisor.Get == 0);
        }).QuickCheckThrowOnFailure();
    }
}
