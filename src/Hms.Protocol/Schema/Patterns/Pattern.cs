using System.Text.RegularExpressions;

namespace Hms.Protocol.Schema.Patterns;

/// <summary>
/// A regular expression of a schema (ECMA-262, Unicode mode, not anchored). Runs in linear time where .NET's non-backtracking engine
/// takes it; what needs backtracking (look-around, back-references, very large counts) runs under a time limit.
/// </summary>
internal sealed class Pattern
{
    private readonly Regex _regex;
    private readonly NamePattern? _name;

    private Pattern(string source, Regex regex) => (Source, _regex, _name) = (source, regex, NamePattern.Read(source));

    public string Source { get; }

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="PatternException">It is not understood; the message says why.</exception>
    public static Pattern Compile(string source)
    {
        if (source.Length > JsonSchemaLimits.PatternLengthMax)
            throw new PatternException($"is longer than {JsonSchemaLimits.PatternLengthMax} characters");
        var translated = EcmaPattern.Translate(source);
        try
        {
            return new Pattern(source, Build(translated));
        }
        catch (ArgumentException e)
        {
            throw new PatternException($"is not a regular expression: {Reason(e)}", e);
        }
    }

    /// <summary>Whether the pattern matches somewhere in the text; ends the check where that takes too long to find out.</summary>
    public bool IsMatch(ReadOnlySpan<char> text, ref Walk walk)
    {
        if (!walk.Spend(1 + (text.Length >> 4))) return false;
        if (_name is not null) return _name.IsMatch(text);
        if (!walk.MayMatch()) return false;
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return walk.GiveUp($"pattern took too long: {Source}");
        }
    }

    private static Regex Build(string translated)
    {
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, JsonSchemaLimits.MatchTime);
        }
        catch (NotSupportedException)
        {
            return new Regex(translated, RegexOptions.CultureInvariant, JsonSchemaLimits.MatchTime);
        }
    }

    private static string Reason(ArgumentException e) => e is RegexParseException parse ? parse.Error.ToString() : "not understood";
}

/// <summary>A pattern that is not understood; the message continues the sentence "the pattern …".</summary>
internal sealed class PatternException(string message, Exception? inner = null) : Exception(message, inner);
