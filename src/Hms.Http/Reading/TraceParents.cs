using System.Buffers;

namespace Hms.Http.Reading;

/// <summary>The <c>traceparent</c> of W3C Trace Context.</summary>
internal static class TraceParents
{
    private const int Length = 55;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether this is a <c>traceparent</c>: version 00 exactly, a later version with whatever it adds at the end.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text) =>
        text.Length is >= Length and <= 256
        && text[2] == '-' && text[35] == '-' && text[52] == '-'
        && IsHex(text[..2]) && IsHex(text[3..35]) && IsHex(text[36..52]) && IsHex(text[53..55])
        && !text[..2].SequenceEqual("ff")
        && text[3..35].ContainsAnyExcept('0') && text[36..52].ContainsAnyExcept('0')
        && (text.Length == Length || (!text[..2].SequenceEqual("00") && text[Length] == '-'));

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(LowerHex);
}
