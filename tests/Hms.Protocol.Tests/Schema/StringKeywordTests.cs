namespace Hms.Protocol.Tests.Schema;

public sealed class StringKeywordTests
{
    [Theory]
    [InlineData("""{"minLength":2}""", "\"ab\"", true)]
    [InlineData("""{"minLength":2}""", "\"a\"", false)]
    [InlineData("""{"minLength":2}""", "\"🚀\"", false)]
    [InlineData("""{"maxLength":1}""", "\"🚀\"", true)]
    [InlineData("""{"maxLength":1}""", "\"\\ud83d\\ude80\"", true)]
    [InlineData("""{"maxLength":1}""", "\"e\\u0301\"", false)]
    [InlineData("""{"maxLength":2.0}""", "\"é\\n\"", true)]
    [InlineData("""{"maxLength":0}""", "[1,2,3]", true)]
    [InlineData("""{"minLength":1e400}""", "\"a\"", false)]
    public void Length_counts_code_points(string schema, string value, bool valid) => Assert.Equal(valid, Checks.IsValid(schema, value));

    [Theory]
    [InlineData("b", "\"abc\"", true)]
    [InlineData("^b", "\"abc\"", false)]
    [InlineData("^[a-z]+$", "\"abc\"", true)]
    [InlineData("^[a-z]+$", "\"\"", false)]
    [InlineData("^[a-z]*$", "\"\"", true)]
    [InlineData("^[a-z]+$", "\"abc\\n\"", false)]
    [InlineData("^[a-z-]+$", "\"a-b\"", true)]
    [InlineData("^[^a-z]+$", "\"a\"", false)]
    [InlineData("^abc$", "\"abc\\n\"", false)]
    [InlineData("^\\\\d+$", "\"42\"", true)]
    [InlineData("^\\\\d+$", "\"٤٢\"", false)]
    [InlineData("^\\\\w$", "\"é\"", false)]
    [InlineData("^[\\\\W]$", "\"é\"", true)]
    [InlineData("^\\\\s$", "\"\\u00a0\"", true)]
    [InlineData("^\\\\S$", "\"\\ufeff\"", false)]
    [InlineData("^.$", "\"🚀\"", true)]
    [InlineData("^..$", "\"🚀\"", false)]
    [InlineData("^.$", "\"\\u2028\"", false)]
    [InlineData("^🚀+$", "\"🚀🚀\"", true)]
    [InlineData("^[🚀-🚂]$", "\"🚁\"", true)]
    [InlineData("^[^🚀]$", "\"🚁\"", true)]
    [InlineData("^[^🚀]$", "\"🚀\"", false)]
    [InlineData("^[^a][^a]$", "\"🚀\"", false)]
    [InlineData("^\\\\u{1F680}$", "\"🚀\"", true)]
    [InlineData("^\\\\ud83d\\\\ude80$", "\"🚀\"", true)]
    [InlineData("^\\\\x41\\\\cJ\\\\0$", "\"A\\n\\u0000\"", true)]
    [InlineData("^\\\\p{Lu}\\\\P{Letter}$", "\"É1\"", true)]
    [InlineData("^\\\\P{L}$", "\"🚀\"", true)]
    [InlineData("^[^\\\\p{L}]$", "\"x\"", false)]
    [InlineData("^\\\\p{ASCII}+$", "\"abc\"", true)]
    [InlineData("^(?:a|b){2,3}$", "\"aba\"", true)]
    [InlineData("^a{2}$", "\"aaa\"", false)]
    [InlineData("^{a}$", "\"{a}\"", true)]
    [InlineData("^(?<first>a)\\\\k<first>$", "\"aa\"", true)]
    [InlineData("^(a|b)\\\\1$", "\"ab\"", false)]
    [InlineData("^(?=.*x)(?!y)", "\"axe\"", true)]
    [InlineData("\\\\bcat\\\\b", "\"a cat!\"", true)]
    [InlineData("\\\\bcat\\\\b", "\"concat\"", false)]
    [InlineData("a\\\\Bb", "\"ab\"", true)]
    [InlineData("[]", "\"a\"", false)]
    [InlineData("[^]", "\"a\"", true)]
    [InlineData("a", "5", true)]
    public void Patterns_mean_what_ecma_262_says(string pattern, string value, bool valid) =>
        Assert.Equal(valid, Checks.IsValid($$"""{"pattern":"{{pattern}}"}""", value));

    [Theory]
    [InlineData("date-time", "2025-05-01T14:30:00Z", true)]
    [InlineData("date-time", "2025-05-01t14:30:00.123456789+05:30", true)]
    [InlineData("date-time", "2025-06-30T23:59:60Z", true)]
    [InlineData("date-time", "2025-06-30T22:59:60Z", false)]
    [InlineData("date-time", "2025-05-01T14:30:00", false)]
    [InlineData("date-time", "2025-05-01 14:30:00Z", false)]
    [InlineData("date-time", "2025-05-01T14:30:00.Z", false)]
    [InlineData("date", "2024-02-29", true)]
    [InlineData("date", "1900-02-29", false)]
    [InlineData("date", "2025-13-01", false)]
    [InlineData("time", "14:30:00-08:00", true)]
    [InlineData("time", "00:29:60+00:30", true)]
    [InlineData("time", "14:30Z", false)]
    [InlineData("uri", "https://user@example.org:8443/a/b?c=d#e", true)]
    [InlineData("uri", "urn:hms:task:1", true)]
    [InlineData("uri", "http://[fe80::1]:80/", true)]
    [InlineData("uri", "http://[v1.x:y]/", true)]
    [InlineData("uri", "http://[fe80::1]x/", false)]
    [InlineData("uri", "//example.org/", false)]
    [InlineData("uri", "http://example.org/%zz", false)]
    [InlineData("uri", "http://example.org/a b", false)]
    [InlineData("uuid", "123e4567-e89b-12d3-A456-426614174000", true)]
    [InlineData("uuid", "123e4567e89b12d3a456426614174000", false)]
    [InlineData("email", "ada.l+x@example.org", true)]
    [InlineData("email", "\\\"a \\\\\\\" b\\\"@[192.0.2.1]", true)]
    [InlineData("email", "ada..l@example.org", false)]
    [InlineData("email", "ada@-example.org", false)]
    [InlineData("email", "example.org", false)]
    [InlineData("ipv4", "192.0.2.255", true)]
    [InlineData("ipv4", "192.0.2.256", false)]
    [InlineData("ipv4", "192.0.02.1", false)]
    [InlineData("ipv6", "2001:db8::8:800:200c:417a", true)]
    [InlineData("ipv6", "::ffff:192.0.2.1", true)]
    [InlineData("ipv6", "2001:db8::1::2", false)]
    [InlineData("ipv6", "1:2:3:4:5:6:7:8::", false)]
    public void Formats_are_asserted(string format, string text, bool valid) =>
        Assert.Equal(valid, Checks.IsValid($$"""{"format":"{{format}}"}""", $"\"{text}\""));

    [Fact]
    public void Formats_are_about_strings_only() => Assert.True(Checks.IsValid("""{"format":"date"}""", "20250501"));

    [Fact]
    public void Messages_name_length_pattern_and_format()
    {
        Assert.Equal([": must not be empty"], Checks.Problems("""{"minLength":1}""", "\"\""));
        Assert.Equal([": must have at least 3 characters, has 2"], Checks.Problems("""{"minLength":3}""", "\"ab\""));
        Assert.Equal([": must have at most 1 character, has 2"], Checks.Problems("""{"maxLength":1}""", "\"ab\""));
        Assert.Equal([""": must match the pattern ^x, is "ab" """.TrimEnd()], Checks.Problems("""{"pattern":"^x"}""", "\"ab\""));
        Assert.Equal([""": must be an RFC 3339 date, is "ab" """.TrimEnd()], Checks.Problems("""{"format":"date"}""", "\"ab\""));
    }
}
