using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hms.Protocol;

/// <summary>
/// Reads members of JSON that keeps to its schema: each is there in its right type, or absent, or <c>null</c>, which is the same. What is no
/// object has no members.
/// </summary>
public static class JsonMembers
{
    /// <summary>A text; null where it is absent.</summary>
    public static string? Text(this JsonElement json, string name) => json.Member(name)?.GetString();

    /// <summary>A flag; false where it is absent.</summary>
    public static bool Flag(this JsonElement json, string name) => json.Member(name)?.GetBoolean() ?? false;

    /// <summary>A number; null where it is absent.</summary>
    public static double? Number(this JsonElement json, string name) => json.Member(name)?.GetDouble();

#pragma warning disable CA1720 // JSON Schema's word for a number without a fraction.
    /// <summary>An integer; null where it is absent.</summary>
    public static long? Integer(this JsonElement json, string name) => json.Member(name) is { } value ? IntegerOf(value) : null;
#pragma warning restore CA1720

    /// <summary>A duration that is an integer in milliseconds; zero where it is absent.</summary>
    public static TimeSpan Milliseconds(this JsonElement json, string name) => TimeSpan.FromMilliseconds(json.Integer(name) ?? 0);

    /// <summary>An array of texts; null where it is absent.</summary>
    public static IReadOnlyList<string>? Texts(this JsonElement json, string name) =>
        json.Member(name) is { } array ? [.. array.EnumerateArray().Select(item => item.GetString()!)] : null;

    /// <summary>An array of integers; null where it is absent.</summary>
    public static IReadOnlyList<long>? Integers(this JsonElement json, string name) =>
        json.Member(name) is { } array ? [.. array.EnumerateArray().Select(IntegerOf)] : null;

    /// <summary>A member's JSON, in memory of its own; empty where it is absent.</summary>
    public static ReadOnlyMemory<byte> Raw(this JsonElement json, string name) =>
        json.Member(name) is { } value ? JsonMarshal.GetRawUtf8Value(value).ToArray() : ReadOnlyMemory<byte>.Empty;

    /// <summary>A member; null where it is absent.</summary>
    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static long IntegerOf(JsonElement value) => JsonText.TryGetInteger(value, out var integer) ? integer : 0;
}
