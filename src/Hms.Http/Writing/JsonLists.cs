using System.Text.Json;

namespace Hms.Http.Writing;

/// <summary>The forms that several answers share.</summary>
internal static class JsonLists
{
    /// <summary>Writes <c>{"items":[…],"next"?}</c>.</summary>
    public static void WritePage<T>(Utf8JsonWriter json, Page<T> page, Action<Utf8JsonWriter, T> writeItem)
    {
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var item in page.Items)
        {
            writeItem(json, item);
        }

        json.WriteEndArray();
        if (page.Next is not null)
        {
            json.WriteString("next"u8, page.Next);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a member that is an array of strings.</summary>
    public static void WriteStrings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a member that is JSON already; nothing where it is empty.</summary>
    public static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }
    }
}
