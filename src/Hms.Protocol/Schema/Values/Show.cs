using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Hms.Protocol.Schema.Values;

/// <summary>Words for what a problem's message names.</summary>
internal static class Show
{
    private const int LongestValue = 60;
    private const int MostValues = 12;

    /// <summary>A value as its JSON text, cut where it is long.</summary>
    public static string Value(in JsonElement value) => Cut(Encoding.UTF8.GetString(Head(JsonMarshal.GetRawUtf8Value(value))));

    public static string Values(IReadOnlyList<JsonElement> values)
    {
        var shown = string.Join(", ", values.Take(MostValues).Select(value => Value(value)));
        return values.Count > MostValues ? $"{shown}, … ({values.Count} in all)" : shown;
    }

    public static string Name(string name) => $"\"{Cut(name)}\"";

    /// <summary>The kind of a value with its article.</summary>
    public static string Kind(in JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    /// <summary>A count with its noun: <c>1 item</c>, <c>2 items</c>.</summary>
    public static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static ReadOnlySpan<byte> Head(ReadOnlySpan<byte> raw) => raw[..Math.Min(raw.Length, 4 * LongestValue)];

    private static string Cut(string text)
    {
        if (text.Length <= LongestValue) return text;
        var end = char.IsHighSurrogate(text[LongestValue - 1]) ? LongestValue - 1 : LongestValue;
        return text[..end] + "…";
    }
}
