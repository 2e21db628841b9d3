using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Topics;

namespace Hms.Domain.Tests.Topics;

public sealed class TopicPatternTests
{
    private static readonly Gen<string> Topics = WordsOf(Gen.Elements("a", "b", "a", "ab", ""));
    private static readonly Gen<string> Patterns = Gen.OneOf(
        WordsOf(Gen.Elements("a", "b", "*", "*", "")),
        WordsOf(Gen.Elements("a", "b", "*", "")).Select(words => words + ".>"),
        Gen.Elements(">", "**", "*"));

    [Theory]
    [InlineData("site.*.temperature", "site.a.temperature", true)]
    [InlineData("site.*.temperature", "site.a.b.temperature", false)]
    [InlineData("site.>", "site.a.b", true)]
    [InlineData("site.>", "site", false)]
    [InlineData("site.*", "site.a.b", false)]
    [InlineData(">", "site", true)]
    [InlineData("**", "site", true)]
    [InlineData("**", "site.a", false)]
    [InlineData(">", "*", false)]
    [InlineData("**", "*", false)]
    public void A_star_is_one_word_and_a_final_arrow_all_that_follow(string pattern, string topic, bool matches) =>
        Assert.Equal(matches, TopicPattern.Matches(pattern, topic));

    [Fact]
    public void Patterns_match_what_a_dumb_matcher_says() =>
        Prop.ForAll(
            Patterns.Zip(Topics).ToArbitrary(),
            pair => TopicPattern.Matches(pair.Item1, pair.Item2) == Matches(Split(pair.Item1), pair.Item2.Split('.')))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void A_topic_is_matched_by_itself_with_any_of_its_words_replaced() =>
        Prop.ForAll(
            Topics.Zip(Gen.Choose(0, 7)).ToArbitrary(),
            pair => TopicPattern.Matches(Starred(pair.Item1, pair.Item2), pair.Item1)
                && !TopicPattern.Matches(Starred(pair.Item1, pair.Item2), pair.Item1 + ".more"))
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a.*.b")]
    [InlineData("*")]
    [InlineData(">")]
    [InlineData("*.*")]
    [InlineData("a..*")]
    [InlineData("a:b/c@d+e-f_g.>")]
    public void What_the_contract_allows_is_a_pattern(string pattern) => Assert.Null(TopicPattern.Problem(pattern));

    [Theory]
    [InlineData("")]
    [InlineData("a*")]
    [InlineData("a.*b")]
    [InlineData("a.>.b")]
    [InlineData(">.a")]
    [InlineData("**")]
    [InlineData("a.>>")]
    [InlineData("a b.*")]
    [InlineData("ä.*")]
    public void What_the_contract_does_not_allow_is_none(string pattern) => Assert.NotNull(TopicPattern.Problem(pattern));

    [Fact]
    public void A_pattern_has_as_many_characters_as_a_name_may_have()
    {
        Assert.Null(TopicPattern.Problem("*." + new string('a', 254)));
        Assert.NotNull(TopicPattern.Problem("*." + new string('a', 255)));
    }

    [Fact]
    public void A_name_is_no_pattern_and_neither_is_the_topic_for_everybody()
    {
        Assert.False(TopicPattern.IsPattern("a.b"));
        Assert.False(TopicPattern.IsPattern("*"));
        Assert.True(TopicPattern.IsPattern("a.*"));
        Assert.True(TopicPattern.IsPattern(">"));
        Assert.True(TopicPattern.IsPattern(TopicPattern.OneWord));
    }

    private static Gen<string> WordsOf(Gen<string> word) =>
        Gen.Choose(1, 5).SelectMany(count => word.ArrayOf(count)).Select(words => string.Join('.', words));

    private static string[] Split(string pattern) => pattern == TopicPattern.OneWord ? ["*"] : pattern.Split('.');

    private static bool Matches(string[] pattern, string[] topic) => (pattern, topic) switch
    {
        ([], []) => true,
        ([">"], [_, ..]) => true,
        (["*", .. var rest], [_, .. var words]) => Matches(rest, words),
        ([var first, .. var rest], [var word, .. var words]) => first == word && Matches(rest, words),
        _ => false,
    };

    private static string Starred(string topic, int which)
    {
        var words = topic.Split('.');
        return string.Join('.', words.Select((word, i) => ((which >> (i % 3)) & 1) == 1 ? "*" : word));
    }
}
