using System.Text.Json;
using Hms.Protocol.Schema;

namespace Hms.Protocol.Tests.Schema;

public sealed class CompilationTests
{
    [Theory]
    [InlineData("""{"minlength":1}""", "/minlength")]
    [InlineData("""{"definitions":{}}""", "/definitions")]
    [InlineData("""{"dependencies":{}}""", "/dependencies")]
    [InlineData("""{"additionalItems":false}""", "/additionalItems")]
    [InlineData("""{"$dynamicRef":"#x"}""", "/$dynamicRef")]
    [InlineData("""{"$dynamicAnchor":"x"}""", "/$dynamicAnchor")]
    [InlineData("""{"$vocabulary":{}}""", "/$vocabulary")]
    [InlineData("""{"unevaluatedItems":false}""", "/unevaluatedItems")]
    [InlineData("""{"properties":{"a":{"unevaluatedProperties":false}}}""", "/properties/a/unevaluatedProperties")]
    [InlineData("""{"$defs":{"a/b":{"x":1}}}""", "/$defs/a~1b/x")]
    [InlineData("""{"items":[{"x":1}],"prefixItems":[{"y":1}]}""", "/items", "/prefixItems/0/y")]
    public void An_unknown_keyword_is_refused_where_it_stands(string schema, params string[] paths) => AssertRefused(schema, paths);

    [Theory]
    [InlineData("7", "")]
    [InlineData("""{"type":"text"}""", "/type")]
    [InlineData("""{"type":[]}""", "/type")]
    [InlineData("""{"type":["string","string"]}""", "/type/1")]
    [InlineData("""{"type":7}""", "/type")]
    [InlineData("""{"enum":"a"}""", "/enum")]
    [InlineData("""{"minLength":-1,"maxLength":1.5}""", "/minLength", "/maxLength")]
    [InlineData("""{"minItems":"1","maxItems":null}""", "/minItems", "/maxItems")]
    [InlineData("""{"minProperties":-1,"maxProperties":[]}""", "/minProperties", "/maxProperties")]
    [InlineData("""{"minContains":-1,"maxContains":{}}""", "/minContains", "/maxContains")]
    [InlineData("""{"minimum":"1","maximum":null}""", "/minimum", "/maximum")]
    [InlineData("""{"exclusiveMinimum":true,"exclusiveMaximum":[]}""", "/exclusiveMinimum", "/exclusiveMaximum")]
    [InlineData("""{"multipleOf":0}""", "/multipleOf")]
    [InlineData("""{"multipleOf":-2}""", "/multipleOf")]
    [InlineData("""{"uniqueItems":1}""", "/uniqueItems")]
    [InlineData("""{"required":"a"}""", "/required")]
    [InlineData("""{"required":["a",1,"a"]}""", "/required/1", "/required/2")]
    [InlineData("""{"dependentRequired":{"a":["b","b"],"c":"d"}}""", "/dependentRequired/a/1", "/dependentRequired/c")]
    [InlineData("""{"properties":[],"$defs":7}""", "/properties", "/$defs")]
    [InlineData("""{"patternProperties":null,"dependentSchemas":"x"}""", "/patternProperties", "/dependentSchemas")]
    [InlineData("""{"properties":{"a":1}}""", "/properties/a")]
    [InlineData("""{"allOf":[],"anyOf":{},"oneOf":[1],"not":[]}""", "/allOf", "/anyOf", "/oneOf/0", "/not")]
    [InlineData("""{"pattern":"("}""", "/pattern")]
    [InlineData("""{"patternProperties":{"[z-a]":true}}""", "/patternProperties/[z-a]")]
    [InlineData("""{"format":"phone"}""", "/format")]
    [InlineData("""{"format":7}""", "/format")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#"}""", "/$schema")]
    [InlineData("""{"$id":"a#b"}""", "/$id")]
    [InlineData("""{"$id":7}""", "/$id")]
    [InlineData("""{"$ref":7}""", "/$ref")]
    [InlineData("""{"$anchor":"1a"}""", "/$anchor")]
    [InlineData("""{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}""", "/$defs/b/$anchor")]
    [InlineData("""{"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}}""", "/$defs/b/$id")]
    [InlineData("""{"title":7,"description":[],"$comment":null}""", "/title", "/description", "/$comment")]
    [InlineData("""{"examples":{},"deprecated":"no","readOnly":0,"writeOnly":0}""", "/examples", "/deprecated", "/readOnly", "/writeOnly")]
    [InlineData("""{"contentEncoding":1,"contentMediaType":2}""", "/contentEncoding", "/contentMediaType")]
    [InlineData("""{"contentSchema":3}""", "/contentSchema")]
    public void A_malformed_keyword_is_refused_where_it_stands(string schema, params string[] paths) => AssertRefused(schema, paths);

    [Theory]
    [InlineData("""{"type":"string","type":"null"}""", "/type")]
    [InlineData("""{"properties":{"a":true,"b":{"enum":[{"x":1,"x":1}]},"a":false}}""", "/properties/b/enum/0/x", "/properties/a")]
    public void A_member_given_twice_is_refused(string schema, params string[] paths) => AssertRefused(schema, paths);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    public void Text_that_is_not_json_is_refused(string schema) =>
        Assert.StartsWith(": is not JSON", Assert.Single(Checks.Refusals(schema)), StringComparison.Ordinal);

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused()
    {
        Assert.Equal(["/const: has half of a surrogate pair"], Checks.Refusals("""{"const":"\ud800"}"""));
        Assert.Equal(
            ["/properties: has a member whose name has half of a surrogate pair"],
            Checks.Refusals("""{"properties":{"\udc00":true}}"""));
    }

    [Theory]
    [InlineData(@"\\a")]
    [InlineData(@"\\Z")]
    [InlineData(@"\\u12")]
    [InlineData(@"\\u{110000}")]
    [InlineData(@"\\p{Script=Greek}")]
    [InlineData(@"\\p")]
    [InlineData(@"\\")]
    [InlineData("[a")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("*a")]
    [InlineData("a**")]
    [InlineData("(?i)a")]
    [InlineData("(?#x)")]
    [InlineData("(?P<n>a)")]
    [InlineData("(?<1>a)")]
    [InlineData(@"(?<n>a)(b)\\1")]
    [InlineData(@"\\k<n>")]
    [InlineData(@"[a-\\d]")]
    [InlineData("a{3,2}")]
    public void A_pattern_that_is_not_understood_is_refused(string pattern) => AssertRefused($$"""{"pattern":"{{pattern}}"}""", "/pattern");

    [Fact]
    public void Annotations_have_no_effect() =>
        Assert.True(Checks.IsValid(
            """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://hms.test/s","$comment":"c","title":"t","description":"d",
             "default":7,"examples":["x"],"deprecated":true,"readOnly":true,"writeOnly":false,
             "contentEncoding":"base64","contentMediaType":"application/json","contentSchema":{"type":"object"}}
            """,
            "[]"));

    [Fact]
    public void A_compiled_schema_outlives_the_document_it_was_read_from()
    {
        JsonSchema schema;
        using (var document = JsonDocument.Parse("""{"enum":["a"],"minimum":3}""")) schema = JsonSchema.Compile(document.RootElement);
        Assert.True(schema.Validate(Checks.Json("\"a\"")));
        Assert.False(schema.Validate(Checks.Json("\"b\"")));
    }

    [Fact]
    public void Problems_are_appended_to_the_list_given()
    {
        var problems = new List<Problem> { new("/before", "was there") };
        Checks.Compile("""{"type":"null"}""").Validate(Checks.Json("1"), problems, "/content");
        Assert.Equal([new Problem("/before", "was there"), new Problem("/content", "must be null, is a number")], problems);
    }

    private static void AssertRefused(string schema, params string[] paths) =>
        Assert.Equal(
            paths.Order(StringComparer.Ordinal),
            Checks.Refusals(schema).Select(line => line[..line.IndexOf(": ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
}
