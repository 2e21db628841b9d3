using System.Text.Json;

namespace Hms.Protocol;

/// <summary>One thing wrong with a message or a schema: where, as a JSON Pointer (RFC 6901), and what.</summary>
/// <param name="Path">JSON Pointer to the offending value; <c>""</c> is the whole document.</param>
/// <param name="Message">What is wrong, for a person to read.</param>
public readonly record struct Problem(string Path, string Message)
{
    /// <summary>Writes <c>{"path","message"}</c>.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, Path);
        json.WriteString("message"u8, Message);
        json.WriteEndObject();
    }
}
