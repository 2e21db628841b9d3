namespace Hms.Protocol.Tests.Schema;

public sealed class ArrayKeywordTests
{
    [Theory]
    [InlineData("""{"items":{"type":"integer"}}""", "[1,2]", true)]
    [InlineData("""{"items":{"type":"integer"}}""", "[1,\"2\"]", false)]
    [InlineData("""{"prefixItems":[{"type":"integer"},{"type":"string"}]}""", "[1,\"2\",null]", true)]
    [InlineData("""{"prefixItems":[{"type":"integer"},{"type":"string"}]}""", "[1]", true)]
    [InlineData("""{"prefixItems":[{"type":"integer"},{"type":"string"}]}""", "[1,2]", false)]
    [InlineData("""{"prefixItems":[true],"items":false}""", "[1]", true)]
    [InlineData("""{"prefixItems":[true],"items":false}""", "[1,2]", false)]
    [InlineData("""{"contains":{"minimum":5}}""", "[1,6]", true)]
    [InlineData("""{"contains":{"minimum":5}}""", "[1,2]", false)]
    [InlineData("""{"contains":{"minimum":5}}""", "[]", false)]
    [InlineData("""{"contains":{"minimum":5},"minContains":0}""", "[]", true)]
    [InlineData("""{"contains":{"minimum":5},"minContains":2}""", "[5,1,6]", true)]
    [InlineData("""{"contains":{"minimum":5},"maxContains":1}""", "[5,1,6]", false)]
    [InlineData("""{"minContains":2,"maxContains":0}""", "[1]", true)]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[1]", true)]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[]", false)]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[1,2,3]", false)]
    [InlineData("""{"uniqueItems":true}""", """[1,"1",true,null,[1],{"a":1},[],{}]""", true)]
    [InlineData("""{"uniqueItems":true}""", "[1,2,1.0]", false)]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2,"a":1}]""", false)]
    [InlineData("""{"uniqueItems":true}""", """["\u0061","a"]""", false)]
    [InlineData("""{"uniqueItems":false}""", "[1,1]", true)]
    [InlineData("""{"items":false,"minItems":1,"contains":false,"uniqueItems":true}""", "{}", true)]
    public void Arrays_are_checked(string schema, string value, bool valid) => Assert.Equal(valid, Checks.IsValid(schema, value));

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100_000)]
    public void Unique_items_hold_for_arrays_of_any_size(int count)
    {
        var numbers = string.Join(',', Enumerable.Range(0, count));
        Assert.True(Checks.IsValid("""{"uniqueItems":true}""", $"[{numbers}]"));
        Assert.Equal([$"/{count}: must not repeat item 3"], Checks.Problems("""{"uniqueItems":true}""", $"[{numbers},3.0]"));
    }

    [Fact]
    public void Large_objects_are_equal_whatever_their_order()
    {
        var members = Enumerable.Range(0, 50).Select(i => $"\"m{i}\":{i}").ToArray();
        var forwards = string.Join(',', members);
        var backwards = string.Join(',', members.Reverse());
        Assert.False(Checks.IsValid("""{"uniqueItems":true}""", $"[{{{forwards}}},{{{backwards}}}]"));
        Assert.True(Checks.IsValid("""{"uniqueItems":true}""", $"[{{{forwards}}},{{{backwards},\"m\":0}}]"));
        Assert.True(Checks.IsValid("""{"uniqueItems":true}""", $"[{{{forwards},\"n\":0}},{{{backwards},\"m\":0}}]"));
    }

    [Fact]
    public void Every_bad_item_is_reported_by_its_index() =>
        Assert.Equal(
            ["/list/0: must be a string, is a number", "/list/2: must be a string, is null", "/list: must have at most 2 items, has 3"],
            Checks.Problems("""{"items":{"type":"string"},"maxItems":2}""", "[1,\"a\",null]", "/list"));

    [Fact]
    public void Contains_says_how_many_were_found()
    {
        Assert.Equal([": must contain at least 1 item of the kind asked for, has 0"], Checks.Problems("""{"contains":{"type":"null"}}""", "[1]"));
        Assert.Equal(
            [": must contain at most 1 item of the kind asked for, has 2"],
            Checks.Problems("""{"contains":{"type":"null"},"maxContains":1}""", "[null,null]"));
    }
}
