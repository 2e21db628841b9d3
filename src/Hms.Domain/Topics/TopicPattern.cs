using System.Buffers;
using Hms.Protocol;

namespace Hms.Domain.Topics;

/// <summary>
/// Patterns of topics (<c>api.md</c>, Topics): dot-separated words, of which <c>*</c> stands for any one, and a final <c>&gt;</c> for one or
/// more that follow.
/// </summary>
public static class TopicPattern
{
    private const string AnyWord = "*";
    private const string AnyRest = ">";
    private static readonly SearchValues<char> Wild = SearchValues.Create("*>");

    /// <summary>
    /// Whether this is a pattern. A lone <c>*</c> is one for a client; inside the fabric it is the topic that everybody hears, and the
    /// pattern is <see cref="OneWord"/>.
    /// </summary>
    public static bool IsPattern(string text) => text != Names.Everybody && text.AsSpan().ContainsAny(Wild);

    /// <summary>How the pattern <c>*</c>, every topic of one word, is called inside the fabric; no client can say it.</summary>
    public const string OneWord = "**";

    /// <summary>Why this is no pattern; null where it is one.</summary>
    public static string? Problem(string pattern)
    {
        if (pattern.Length is 0 or > Names.LengthMax)
        {
            return "must have 1 to 256 characters";
        }

        var words = pattern.Split('.');
        for (var i = 0; i < words.Length; i++)
        {
            var isWild = words[i] == AnyWord || (words[i] == AnyRest && i == words.Length - 1);
            if (!isWild && words[i].AsSpan().ContainsAny(Wild))
            {
                return "* must be a whole word, and > the last one";
            }

            if (!isWild && words[i].Length > 0 && !Names.IsName(words[i]))
            {
                return "must be made of A–Z a–z 0–9 . _ : / @ + -, with * and > as wildcards";
            }
        }

        return null;
    }

    /// <summary>Whether a topic matches.</summary>
    public static bool Matches(string pattern, string topic)
    {
        if (topic == Names.Everybody)
        {
            return false;
        }

        var left = pattern == OneWord ? AnyWord : pattern.AsSpan();
        var words = topic.AsSpan();
        while (true)
        {
            var word = Take(ref left, out var isLast);
            if (isLast && word is AnyRest)
            {
                return true;
            }

            var actual = Take(ref words, out var isLastWord);
            if (word is not AnyWord && !word.SequenceEqual(actual))
            {
                return false;
            }

            if (isLast || isLastWord)
            {
                return isLast && isLastWord;
            }
        }
    }

    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text, out bool isLast)
    {
        var dot = text.IndexOf('.');
        isLast = dot < 0;
        var word = isLast ? text : text[..dot];
        text = isLast ? [] : text[(dot + 1)..];
        return word;
    }
}
