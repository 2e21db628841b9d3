namespace Hms.Protocol.Tests.Schema;

public sealed class ObjectKeywordTests
{
    [Theory]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"a":1,"b":"x"}""", true)]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"a":"1"}""", false)]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"\u0061":"1"}""", false)]
    [InlineData("""{"properties":{"a":false}}""", "{}", true)]
    [InlineData("""{"required":["a"]}""", """{"a":null}""", true)]
    [InlineData("""{"required":["a"]}""", """{"A":1}""", false)]
    [InlineData("""{"required":[]}""", "{}", true)]
    [InlineData("""{"required":["__proto__"]}""", "{}", false)]
    [InlineData("""{"properties":{"a":true},"patternProperties":{"^x-":true},"additionalProperties":false}""", """{"a":1,"x-b":2}""", true)]
    [InlineData("""{"properties":{"a":true},"patternProperties":{"^x-":true},"additionalProperties":false}""", """{"c":1}""", false)]
    [InlineData("""{"properties":{"ab":{"minimum":3}},"patternProperties":{"b":{"maximum":5}}}""", """{"ab":6}""", false)]
    [InlineData("""{"properties":{"ab":{"minimum":3}},"patternProperties":{"b":{"maximum":5}}}""", """{"ab":4}""", true)]
    [InlineData("""{"additionalProperties":{"type":"string"}}""", """{"a":1}""", false)]
    [InlineData("""{"required":["a"],"additionalProperties":false}""", """{"a":1}""", false)]
    [InlineData("""{"propertyNames":{"maxLength":3}}""", """{"abc":1}""", true)]
    [InlineData("""{"propertyNames":{"maxLength":3}}""", """{"abcd":1}""", false)]
    [InlineData("""{"propertyNames":{"enum":["a\nb"]}}""", """{"a\nb":1}""", true)]
    [InlineData("""{"minProperties":1,"maxProperties":2}""", """{"a":1}""", true)]
    [InlineData("""{"minProperties":1,"maxProperties":2}""", "{}", false)]
    [InlineData("""{"minProperties":1,"maxProperties":2}""", """{"a":1,"b":2,"c":3}""", false)]
    [InlineData("""{"dependentRequired":{"a":["b","c"]}}""", """{"b":1}""", true)]
    [InlineData("""{"dependentRequired":{"a":["b","c"]}}""", """{"a":1,"b":1}""", false)]
    [InlineData("""{"dependentRequired":{"a":["b","c"]}}""", """{"a":1,"b":1,"c":1}""", true)]
    [InlineData("""{"dependentSchemas":{"a":{"required":["b"]}}}""", """{"b":1}""", true)]
    [InlineData("""{"dependentSchemas":{"a":{"required":["b"]}}}""", """{"a":1}""", false)]
    [InlineData("""{"dependentSchemas":{"a":false}}""", "{}", true)]
    [InlineData("""{"required":["a"],"minProperties":1,"propertyNames":false,"additionalProperties":false}""", "[]", true)]
    public void Objects_are_checked(string schema, string value, bool valid) => Assert.Equal(valid, Checks.IsValid(schema, value));

    [Fact]
    public void A_missing_member_is_reported_where_it_is_missing() =>
        Assert.Equal(
            ["/content/task_id: is required", "/content/a~1b~0: is required"],
            Checks.Problems("""{"required":["task_id","a/b~"]}""", "{}", "/content"));

    [Fact]
    public void Every_problem_of_every_member_is_reported() =>
        Assert.Equal(
            ["/a: must be an integer, is a string", "/b/c: is not allowed", "/d: is required"],
            Checks.Problems(
                """{"properties":{"a":{"type":"integer"},"b":{"additionalProperties":false}},"required":["d"]}""",
                """{"a":"x","b":{"c":1}}"""));

    [Fact]
    public void A_member_wanted_by_another_says_by_which() =>
        Assert.Equal(["""/b: is required where "a" is given"""], Checks.Problems("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}"""));

    [Fact]
    public void A_bad_name_is_reported_at_its_member() =>
        Assert.Equal(
            ["/abcd: has a name that must have at most 3 characters, has 4"],
            Checks.Problems("""{"propertyNames":{"maxLength":3}}""", """{"abcd":1}"""));

    [Fact]
    public void More_names_than_a_machine_word_has_bits_are_told_apart()
    {
        var names = Enumerable.Range(0, 1_000).Select(i => $"\"n{i}\"").ToArray();
        var schema = $$"""{"required":[{{string.Join(',', names)}}]}""";
        Assert.True(Checks.IsValid(schema, $"{{{string.Join(',', names.Select(n => $"{n}:0"))}}}"));
        var allButOne = names.Where(n => n != "\"n777\"").Select(n => $"{n}:0");
        Assert.Equal(["/n777: is required"], Checks.Problems(schema, $"{{{string.Join(',', allButOne)}}}"));
    }
}
