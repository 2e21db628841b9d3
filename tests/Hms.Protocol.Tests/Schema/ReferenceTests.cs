namespace Hms.Protocol.Tests.Schema;

public sealed class ReferenceTests
{
    private const string Tree =
        """{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}}}}""";

    [Theory]
    [InlineData("""{"$defs":{"n":{"type":"integer"}},"$ref":"#/$defs/n"}""")]
    [InlineData("""{"$defs":{"a/b":{"type":"integer"}},"$ref":"#/$defs/a~1b"}""")]
    [InlineData("""{"$defs":{"a~b":{"type":"integer"}},"$ref":"#/$defs/a~0b"}""")]
    [InlineData("""{"$defs":{"a b%":{"type":"integer"}},"$ref":"#/%24defs/a%20b%25"}""")]
    [InlineData("""{"$defs":{"n":{"$anchor":"num","type":"integer"}},"$ref":"#num"}""")]
    [InlineData("""{"$defs":{"n":{"$id":"number.json","type":"integer"}},"$ref":"number.json"}""")]
    [InlineData("""{"$id":"https://hms.test/a/root.json","$defs":{"n":{"$id":"../b/n.json","type":"integer"}},"$ref":"/b/n.json"}""")]
    [InlineData("""{"$id":"https://hms.test/root.json","$defs":{"n":{"type":"integer"}},"$ref":"https://hms.test/root.json#/$defs/n"}""")]
    [InlineData("""{"$defs":{"o":{"$id":"o.json","$defs":{"n":{"$anchor":"x","type":"integer"}}}},"$ref":"o.json#x"}""")]
    [InlineData("""{"$defs":{"o":{"$id":"o.json","$defs":{"n":{"type":"integer"}},"$ref":"#/$defs/n"},"n":false},"$ref":"o.json"}""")]
    [InlineData("""{"$id":"urn:hms:n","$defs":{"n":{"type":"integer"}},"$ref":"urn:hms:n#/$defs/n"}""")]
    [InlineData("""{"allOf":[{"type":"integer"}],"$ref":"#/allOf/0"}""")]
    public void References_reach_their_schema(string schema)
    {
        Assert.True(Checks.IsValid(schema, "1"));
        Assert.False(Checks.IsValid(schema, "\"1\""));
    }

    [Fact]
    public void A_reference_adds_to_the_keywords_beside_it()
    {
        const string schema = """{"$defs":{"n":{"type":"integer"}},"$ref":"#/$defs/n","minimum":3}""";
        Assert.True(Checks.IsValid(schema, "3"));
        Assert.False(Checks.IsValid(schema, "2"));
        Assert.False(Checks.IsValid(schema, "3.5"));
    }

    [Fact]
    public void A_schema_may_recur_into_the_parts_of_a_value()
    {
        Assert.True(Checks.IsValid(Tree, """{"name":"a","children":[{"name":"b","children":[]}]}"""));
        Assert.Equal(
            ["/children/0/children/1/name: is required"],
            Checks.Problems(Tree, """{"name":"a","children":[{"name":"b","children":[{"name":"c"},{}]}]}"""));
    }

    [Theory]
    [InlineData("""{"$ref":"#/$defs/none"}""", "/$ref")]
    [InlineData("""{"$ref":"#none"}""", "/$ref")]
    [InlineData("""{"$ref":"https://hms.test/elsewhere.json"}""", "/$ref")]
    [InlineData("""{"$defs":{"a":{}},"$ref":"#/$defs"}""", "/$ref")]
    [InlineData("""{"examples":[{}],"properties":{"a":{"$ref":"#/examples/0"}}}""", "/properties/a/$ref")]
    [InlineData("""{"const":{"$anchor":"x"},"$ref":"#x"}""", "/$ref")]
    public void A_broken_reference_is_refused(string schema, string path) =>
        Assert.Equal([$"{path}: does not name a schema of this document"], Checks.Refusals(schema));

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"allOf":[{"$ref":"#"}]}""")]
    [InlineData("""{"if":true,"then":{"not":{"$ref":"#"}}}""")]
    [InlineData("""{"dependentSchemas":{"a":{"$ref":"#"}}}""")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"anyOf":[true,{"$ref":"#/$defs/a"}]}}}""")]
    public void A_loop_that_never_leaves_the_value_is_refused(string schema) => Assert.EndsWith(
        "refers back to itself without going on to a part of the value",
        Assert.Single(Checks.Refusals(schema)),
        StringComparison.Ordinal);
}
