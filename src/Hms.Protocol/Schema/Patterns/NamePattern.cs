using System.Buffers;
using System.Text;

namespace Hms.Protocol.Schema.Patterns;

/// <summary>
/// The pattern of a name, <c>^[…]*$</c> or <c>^[…]+$</c> with plain ASCII characters and ranges in the brackets. Nearly every pattern
/// in a message schema is one, and looking characters up is many times faster than any regular expression.
/// </summary>
internal sealed class NamePattern
{
    private readonly SearchValues<char> _allowed;
    private readonly bool _mayBeEmpty;

    private NamePattern(SearchValues<char> allowed, bool mayBeEmpty) => (_allowed, _mayBeEmpty) = (allowed, mayBeEmpty);

    /// <summary>Null where the pattern is anything more.</summary>
    public static NamePattern? Read(string source)
    {
        if (!source.StartsWith("^[", StringComparison.Ordinal)) return null;
        var mayBeEmpty = source.EndsWith("]*$", StringComparison.Ordinal);
        if (!mayBeEmpty && !source.EndsWith("]+$", StringComparison.Ordinal)) return null;
        return source.Length > 5 && Characters(source.AsSpan(2, source.Length - 5)) is { } allowed
            ? new NamePattern(SearchValues.Create(allowed), mayBeEmpty)
            : null;
    }

    public bool IsMatch(ReadOnlySpan<char> text) => text.IsEmpty ? _mayBeEmpty : !text.ContainsAnyExcept(_allowed);

    private static string? Characters(ReadOnlySpan<char> listed)
    {
        if (listed.ContainsAnyExceptInRange(' ', '~') || listed.ContainsAny(@"\[]^")) return null;
        var characters = new StringBuilder();
        for (var i = 0; i < listed.Length; i++)
        {
            var from = listed[i];
            var isRange = i + 2 < listed.Length && listed[i + 1] == '-';
            var to = isRange ? listed[i + 2] : from;
            if (to < from) return null;
            for (var c = from; c <= to; c++) characters.Append(c);
            if (isRange) i += 2;
        }

        return characters.ToString();
    }
}
