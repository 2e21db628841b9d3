using Hms.Protocol.Schema;

namespace Hms.Protocol.Tests.Schema;

/// <summary>
/// Whoever writes a schema or sends a value, a check ends, and soon. A regression here shows as a test that does not return.
/// </summary>
public sealed class HostileInputTests
{
    [Fact]
    public void A_value_as_deep_as_a_message_may_be_is_checked()
    {
        var deep = Checks.Repeat("[", 128) + Checks.Repeat("]", 128);
        Assert.True(Checks.IsValid("""{"type":"array","items":{"$ref":"#"},"uniqueItems":true}""", deep));
        Assert.True(Checks.IsValid($$"""{"enum":[{{Checks.Repeat("[", 120) + Checks.Repeat("]", 120)}}, {}]}""", "{}"));
    }

    [Fact]
    public void A_schema_that_nests_too_deep_is_refused()
    {
        Assert.True(Checks.IsValid(Nested(JsonSchemaLimits.DepthMax - 1), "1"));
        Assert.EndsWith("schemas may nest 64 deep", OneRefusal(Nested(JsonSchemaLimits.DepthMax)), StringComparison.Ordinal);
        Assert.Equal(": is nested too deep: JSON may nest 128 deep", OneRefusal(Nested(100_000)));
    }

    [Fact]
    public void A_schema_with_too_many_subschemas_is_refused() =>
        Assert.Contains("one schema too many", OneRefusal($$"""{"anyOf":[{{Checks.Repeat("{},", 20_000)}}{}]}"""), StringComparison.Ordinal);

    [Fact]
    public void A_chain_of_references_that_is_too_long_is_refused()
    {
        var chain = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $$"""
            "d{{i}}":{"$ref":"#/$defs/d{{i + 1}}"}
            """));
        Assert.Contains(
            Checks.Refusals($$$"""{"$defs":{ {{{chain}}},"d5000":true},"$ref":"#/$defs/d0"}"""),
            line => line.Contains("applies more than 64 schemas", StringComparison.Ordinal));
    }

    [Fact]
    public void Alternatives_that_double_at_every_step_are_given_up()
    {
        var doubling = string.Join(',', Enumerable.Range(0, 30).Select(i => $$"""
            "d{{i}}":{"anyOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
            """));
        Assert.Equal(
            [": takes too many steps to be checked"],
            Checks.Problems($$$"""{"$defs":{ {{{doubling}}},"d30":false},"$ref":"#/$defs/d0"}""", "1"));
    }

    [Fact]
    public void What_is_given_up_is_invalid_even_under_not()
    {
        var doubling = string.Join(',', Enumerable.Range(0, 30).Select(i => $$"""
            "d{{i}}":{"allOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
            """));
        Assert.False(Checks.IsValid($$$"""{"$defs":{ {{{doubling}}},"d30":true},"not":{"$ref":"#/$defs/d0"}}""", "1"));
    }

    [Fact]
    public void A_pattern_that_fits_at_once_takes_no_time_whatever_the_length() =>
        Assert.True(Checks.IsValid("""{"pattern":"^(a+)+$"}""", $"\"{Checks.Repeat("a", 100_000)}\""));

    /// <summary>An automaton for it has so many states that .NET's non-backtracking engine was busy for two minutes.</summary>
    [Fact]
    public void A_pattern_of_nested_counts_is_given_up() => Assert.Equal(
        [": pattern took too long: ([ab]*a[ab]{300}){1,30}c"],
        Checks.Problems("""{"pattern":"([ab]*a[ab]{300}){1,30}c"}""", $"\"{Checks.Repeat("abbab", 200)}\""));

    [Fact]
    public void A_pattern_that_explodes_is_given_up()
    {
        var evil = $"\"{Checks.Repeat("a", 60)}b\"";
        Assert.Equal(["/x: pattern took too long: ^(?=(a+)+$)a"], Checks.Problems("""{"pattern":"^(?=(a+)+$)a"}""", evil, "/x"));
        Assert.False(Checks.IsValid("""{"not":{"pattern":"^(?=(a+)+$)a"}}""", evil));
        Assert.Single(Checks.Problems("""{"items":{"pattern":"^(?=(a+)+$)a"}}""", $"[{Checks.Repeat(evil + ",", 1_000)}1]"));
        Assert.Single(Checks.Problems("""{"patternProperties":{"^(?=(a+)+$)a":true}}""", $$$"""{ {{{evil}}}:1,"other":2}"""));
    }

    [Fact]
    public void A_pattern_with_enormous_counts_is_compiled_without_being_unrolled() =>
        Assert.False(Checks.IsValid("""{"pattern":"^((a{1000}){1000}){1000}$"}""", "\"aaa\""));

    [Fact]
    public void A_pattern_or_divisor_of_unreasonable_length_is_refused()
    {
        var pattern = Checks.Repeat("a", 5_000);
        Assert.Equal("/pattern: pattern is longer than 4096 characters", OneRefusal($$"""{"pattern":"{{pattern}}"}"""));
        var divisor = Checks.Repeat("7", 1_000);
        Assert.Equal("/multipleOf: must have at most 400 digits, has 1000", OneRefusal($$"""{ "multipleOf":{{divisor}} }"""));
    }

    [Fact]
    public void Groups_nested_a_thousand_deep_are_compiled() =>
        Assert.True(Checks.IsValid($$"""{"pattern":"{{Checks.Repeat("(", 2_000)}}a{{Checks.Repeat(")", 2_000)}}"}""", "\"a\""));

    [Fact]
    public void Problems_without_number_are_listed_up_to_a_limit()
    {
        var lines = Checks.Problems("""{"items":{"type":"string"}}""", $"[{Checks.Repeat("1,", 100_000)}1]", "/content");
        Assert.Equal(JsonSchemaLimits.ProblemsMax + 1, lines.Length);
        Assert.Equal("/content: has more problems than are listed", lines[^1]);
    }

    [Fact]
    public void Long_names_do_not_multiply_into_long_lists()
    {
        var value = $$"""{"{{Checks.Repeat("k", 400_000)}}":[{{Checks.Repeat("1,", 10_000)}}1]}""";
        var problems = Checks.Problems("""{"additionalProperties":{"items":{"type":"string"}}}""", value);
        Assert.InRange(problems.Sum(line => line.Length), 1, 2_000_000);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_in_a_value_does_no_harm()
    {
        Assert.False(Checks.IsValid(
            """{"additionalProperties":{"minLength":2,"pattern":"^.$","format":"uri","enum":["a"]},"propertyNames":{"pattern":"x"}}""",
            """{"\ud800":"\udc00"}"""));
        Assert.False(Checks.IsValid("""{"uniqueItems":true}""", """["\ud800","\ud800"]"""));
    }

    [Fact]
    public void A_valid_value_is_found_valid_without_allocating()
    {
        var schema = MessageTypeSchemaTests.Load("task_assignment");
        var content = Checks.Json(MessageTypeSchemaTests.SeedTaskAssignment);
        var problems = new List<Problem>();
        for (var i = 0; i < 100; i++) schema.Validate(content, problems, "/content");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) schema.Validate(content, problems, "/content");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
    }

    private static string OneRefusal(string schema) => Assert.Single(Checks.Refusals(schema));

    private static string Nested(int depth) => Checks.Repeat("""{"items":""", depth) + "true" + Checks.Repeat("}", depth);
}
