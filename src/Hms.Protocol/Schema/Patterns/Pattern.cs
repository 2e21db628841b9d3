using System.Text.RegularExpressions;

namespace Hms.Protocol.Schema.Patterns;

/// <summary>
/// A regular expression of a schema (ECMA-262, Unicode mode, not anchored), matched under a time limit. By .NET's backtracking engine: the
/// other one was seen to overrun its limit by a minute, and to say that a text matches where its time was over.
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
            return new Pattern(source, new Regex(translated, RegexOptions.CultureInvariant, JsonSchemaLimits.MatchTime));
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

        // The time may have passed because the machine was busy with something else, so a second try decides.
        return TryMatch(text) ?? TryMatch(text) ?? walk.GiveUp($"pattern took too long: {Source}");
    }

    /// <summary>Whether the pattern matches; null where the time was over before that was found out.</summary>
    private bool? TryMatch(ReadOnlySpan<char> text)
    {
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static string Reason(ArgumentException e) => e is RegexParseException parse ? parse.Error.ToString() : "not understood";
}

/// <summary>A pattern that is not understood; the message continues the sentence "the pattern …".</summary>
internal sealed class PatternException(string message, Exception? inner = null) : Exception(message, inner);
