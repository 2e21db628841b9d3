using System.Buffers;

namespace Hms.Protocol;

/// <summary>The rules for identifiers: <c>api.md</c>, Identifiers and ranges.</summary>
public static class Names
{
    /// <summary>Characters that a name or an id may have at most.</summary>
    public const int LengthMax = 256;

    /// <summary>The id under which the fabric itself answers as the Meta-Supervisor.</summary>
    public const string MetaSupervisor = "meta_supervisor";

    /// <summary>The destination that every registered supervisor hears.</summary>
    public const string Everybody = "*";

    /// <summary>What a destination that is a topic begins with.</summary>
    public const string TopicPrefix = "topic:";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@+-");

    /// <summary>Whether this may name a supervisor, task, lock, barrier or topic: 1–256 characters of <c>A–Z a–z 0–9 . _ : / @ + -</c>.</summary>
    public static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= LengthMax && !name.ContainsAnyExcept(NameCharacters);

    /// <summary>Whether a supervisor may register under this name: a name that is no topic, and not the fabric's own.</summary>
    public static bool IsSupervisor(string name) =>
        IsName(name) && name != MetaSupervisor && !name.StartsWith(TopicPrefix, StringComparison.Ordinal);

    /// <summary>Whether this may be a message id: 1–256 printable characters (Unicode code points that are no controls).</summary>
    public static bool IsMessageId(ReadOnlySpan<char> id)
    {
        if (id.Length is 0 or > 2 * LengthMax)
        {
            return false;
        }

        var codePoints = 0;
        foreach (var character in id)
        {
            if (char.IsControl(character))
            {
                return false;
            }

            if (!char.IsLowSurrogate(character))
            {
                codePoints++;
            }
        }

        return codePoints <= LengthMax;
    }
}
