using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hms.Http.Reading;

/// <summary>
/// Reads members of a body that has passed its schema: each is there in its right type, or absent, or <c>null</c>, which is the same.
/// </summary>
internal static class JsonMembers
{
    public static string? Text(this JsonElement body, string name) => body.Member(name)?.GetString();

    public static bool Flag(this JsonElement body, string name) => body.Member(name)?.GetBoolean() ?? false;

    public static double? Number(this JsonElement body, string name) => body.Member(name)?.GetDouble();

    public static long? Integer(this JsonElement body, string name) => body.Member(name) is { } value ? Integer(value) : null;

    public static TimeSpan Milliseconds(this JsonElement body, string name) => TimeSpan.FromMilliseconds(body.Integer(name) ?? 0);

    public static IReadOnlyList<string>? Texts(this JsonElement body, string name) =>
        body.Member(name) is { } array ? [.. array.EnumerateArray().Select(item => item.GetString()!)] : null;

    public static IReadOnlyList<long>? Integers(this JsonElement body, string name) =>
        body.Member(name) is { } array ? [.. array.EnumerateArray().Select(Integer)] : null;

    /// <summary>A member's JSON, in memory of its own; empty where it is absent.</summary>
    public static ReadOnlyMemory<byte> Raw(this JsonElement body, string name) =>
        body.Member(name) is { } value ? JsonMarshal.GetRawUtf8Value(value).ToArray() : ReadOnlyMemory<byte>.Empty;

    private static JsonElement? Member(this JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static long Integer(JsonElement value) => JsonText.TryGetInteger(value, out var integer) ? integer : 0;
}
