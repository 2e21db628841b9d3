using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Hms.Protocol.Tests.Schema;

public sealed class JsonEqualityTests
{
    private static readonly Gen<string> Scalars = Gen.OneOf(
        Gen.Elements("null", "true", "false", "0", "-0.0", "1", "1.0", "10e-1", "0.1e1", "2", "1e400", "\"\"", "\"a\"", "\"\\u0061\""),
        ArbMap.Default.GeneratorFor<string>().Select(text => JsonSerializer.Serialize(text ?? "")));

    [Fact]
    public void A_value_is_unique_beside_another_exactly_when_const_tells_them_apart()
    {
        var pairs = Values(3).Two().ToArbitrary();
        Prop.ForAll(pairs, pair =>
            Same(pair.Item1, pair.Item2)
            == !Checks.IsValid("""{"uniqueItems":true}""", $"[{pair.Item1},{pair.Item2}]")).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Equality_is_the_same_in_both_directions_and_holds_for_a_value_itself()
    {
        var pairs = Values(3).Two().ToArbitrary();
        Prop.ForAll(pairs, pair => Same(pair.Item1, pair.Item1) && Same(pair.Item1, pair.Item2) == Same(pair.Item2, pair.Item1))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Small_and_large_tables_agree_on_what_is_unique()
    {
        var filler = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"filler {i}\""));
        var pairs = Values(2).Two().ToArbitrary();
        Prop.ForAll(pairs, pair =>
            Checks.IsValid("""{"uniqueItems":true}""", $"[{pair.Item1},{pair.Item2}]")
            == Checks.IsValid("""{"uniqueItems":true}""", $"[{pair.Item1},{filler},{pair.Item2}]")).QuickCheckThrowOnFailure();
    }

    private static bool Same(string a, string b) => Checks.IsValid($$"""{"const":{{a}}}""", b);

    private static Gen<string> Values(int depth) => depth == 0
        ? Scalars
        : Gen.OneOf(
            Scalars,
            Values(depth - 1).ListOf(2).Select(items => $"[{string.Join(',', items)}]"),
            Values(depth - 1).Two().Select(pair => $$"""{"a":{{pair.Item1}},"b":{{pair.Item2}}}"""),
            Values(depth - 1).Two().Select(pair => $$"""{"b":{{pair.Item1}},"\u0061":{{pair.Item2}}}"""));
}
