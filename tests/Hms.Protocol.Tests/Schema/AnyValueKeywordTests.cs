namespace Hms.Protocol.Tests.Schema;

public sealed class AnyValueKeywordTests
{
    [Theory]
    [InlineData("true", """{"a":[1]}""", true)]
    [InlineData("false", "null", false)]
    [InlineData("{}", "0", true)]
    public void Boolean_and_empty_schemas_decide_everything(string schema, string value, bool valid) =>
        Assert.Equal(valid, Checks.IsValid(schema, value));

    [Theory]
    [InlineData("null", "null", true)]
    [InlineData("null", "0", false)]
    [InlineData("boolean", "false", true)]
    [InlineData("boolean", "\"false\"", false)]
    [InlineData("integer", "-7", true)]
    [InlineData("integer", "7.0", true)]
    [InlineData("integer", "12.5e1", true)]
    [InlineData("integer", "7.5", false)]
    [InlineData("integer", "1e400", true)]
    [InlineData("integer", "1e-400", false)]
    [InlineData("integer", "-0.0", true)]
    [InlineData("integer", "98765432109876543210987654321", true)]
    [InlineData("number", "7.5", true)]
    [InlineData("number", "\"7\"", false)]
    [InlineData("string", "\"\"", true)]
    [InlineData("string", "[]", false)]
    [InlineData("array", "[]", true)]
    [InlineData("array", "{}", false)]
    [InlineData("object", "{}", true)]
    [InlineData("object", "[]", false)]
    public void Type_tells_the_kinds_of_value_apart(string type, string value, bool valid) =>
        Assert.Equal(valid, Checks.IsValid($$"""{"type":"{{type}}"}""", value));

    [Theory]
    [InlineData("null", true)]
    [InlineData("\"x\"", true)]
    [InlineData("1", false)]
    public void Type_may_name_several_kinds(string value, bool valid) =>
        Assert.Equal(valid, Checks.IsValid("""{"type":["string","null"]}""", value));

    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("1", "true", false)]
    [InlineData("0", "-0.0", true)]
    [InlineData("0", "false", false)]
    [InlineData("100", "1e2", true)]
    [InlineData("\"a\\u0062\"", "\"ab\"", true)]
    [InlineData("\"a\"", "\"A\"", false)]
    [InlineData("""{"a":1,"b":[2,{"c":null}]}""", """{"b":[2.0,{"c":null}],"a":10e-1}""", true)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"a":1,"b":2}""", """{"a":1,"c":2}""", false)]
    [InlineData("[1,2]", "[2,1]", false)]
    [InlineData("[1,2]", "[1,2,3]", false)]
    [InlineData("[]", "{}", false)]
    public void Const_wants_the_same_json_value(string constant, string value, bool valid) =>
        Assert.Equal(valid, Checks.IsValid($$"""{"const":{{constant}}}""", value));

    [Theory]
    [InlineData("\"low\"", true)]
    [InlineData("2.0", true)]
    [InlineData("null", true)]
    [InlineData("""{"k":[1]}""", true)]
    [InlineData("\"LOW\"", false)]
    [InlineData("3", false)]
    [InlineData("""{"k":[]}""", false)]
    public void Enum_wants_one_of_its_values(string value, bool valid)
    {
        Assert.Equal(valid, Checks.IsValid("""{"enum":["low",2,null,{"k":[1]}]}""", value));
        Assert.Equal(valid, Checks.IsValid("""{"enum":["low",2,null,{"k":[1]},"e","f","g","h","i","j","k"]}""", value));
    }

    [Fact]
    public void Messages_name_what_was_wanted_and_what_came()
    {
        Assert.Equal([": must be a string or null, is a number"], Checks.Problems("""{"type":["string","null"]}""", "1"));
        Assert.Equal([": must be an integer, is 1.5"], Checks.Problems("""{"type":"integer"}""", "1.5"));
        Assert.Equal([": must be an integer, is a string"], Checks.Problems("""{"type":"integer"}""", "\"1\""));
        Assert.Equal([""": must be one of "low", "high", is "HIGH" """.TrimEnd()], Checks.Problems("""{"enum":["low","high"]}""", "\"HIGH\""));
        Assert.Equal([": must be 1, is true"], Checks.Problems("""{"const":1}""", "true"));
        Assert.Equal([": is not allowed"], Checks.Problems("false", "true"));
    }

    [Theory]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":3}]}""", "2", true)]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":3}]}""", "4", false)]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":3}]}""", "4", true)]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":3}]}""", "2", false)]
    [InlineData("""{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}""", "4", true)]
    [InlineData("""{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}""", "6", false)]
    [InlineData("""{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}""", "7", false)]
    [InlineData("""{"not":{"type":"null"}}""", "1", true)]
    [InlineData("""{"not":{"type":"null"}}""", "null", false)]
    [InlineData("""{"if":{"minimum":10},"then":{"multipleOf":10},"else":{"maximum":5}}""", "20", true)]
    [InlineData("""{"if":{"minimum":10},"then":{"multipleOf":10},"else":{"maximum":5}}""", "25", false)]
    [InlineData("""{"if":{"minimum":10},"then":{"multipleOf":10},"else":{"maximum":5}}""", "5", true)]
    [InlineData("""{"if":{"minimum":10},"then":{"multipleOf":10},"else":{"maximum":5}}""", "7", false)]
    [InlineData("""{"then":false,"else":false}""", "7", true)]
    public void Schemas_combine(string schema, string value, bool valid) => Assert.Equal(valid, Checks.IsValid(schema, value));

    [Fact]
    public void Combined_schemas_say_what_did_not_fit()
    {
        Assert.Equal(
            [": must be at least 5, is 1", ": must be a multiple of 2, is 1"],
            Checks.Problems("""{"allOf":[{"minimum":5},{"multipleOf":2}]}""", "1"));
        Assert.Equal([": must match at least one of 2 alternatives, matches none"], Checks.Problems("""{"anyOf":[false,false]}""", "1"));
        Assert.Equal([": must be at least 5, is 1"], Checks.Problems("""{"anyOf":[{"minimum":5}]}""", "1"));
        Assert.Equal([": must match exactly one of 3 alternatives, matches 2"], Checks.Problems("""{"oneOf":[true,true,false]}""", "1"));
        Assert.Equal(["/a: is required"], Checks.Problems("""{"if":{"type":"object"},"then":{"required":["a"]}}""", "{}"));
    }
}
