using System.Buffers;
using System.Text.Json;

namespace Hms.Protocol.Catalogue;

/// <summary>What is known of one message type: a row of section 3's tables, or one that a user added (section 12.2).</summary>
/// <param name="Type">Its name, as in <c>message_type</c>.</param>
/// <param name="Category">The group it belongs to, such as <c>administrative</c>.</param>
/// <param name="Description">What it is for.</param>
/// <param name="SenderRoles">Who sends it: <c>any</c>, <c>meta</c>, <c>runtime</c>, <c>analysis</c>, <c>ga</c> or a role of the user's own.</param>
/// <param name="ReceiverRoles">Who receives it.</param>
/// <param name="ResponseType">The type that answers it; null where none does.</param>
/// <param name="Schema">The JSON Schema (2020-12) of its content, as UTF-8.</param>
public sealed record MessageTypeDefinition(
    string Type,
    string Category,
    string Description,
    IReadOnlyList<string> SenderRoles,
    IReadOnlyList<string> ReceiverRoles,
    string? ResponseType,
    ReadOnlyMemory<byte> Schema)
{
    /// <summary>The category of a custom type that names none.</summary>
    public const string CustomCategory = "custom";

    /// <summary>Reads the body of <c>PUT /v1/message-types/{type}</c>, or what <see cref="WriteTo"/> wrote.</summary>
    public static MessageTypeDefinition Read(string type, JsonElement json) => new(
        type,
        json.Text("category") ?? CustomCategory,
        json.Text("description") ?? "",
        RolesOf(json, "sender_roles"),
        RolesOf(json, "receiver_roles"),
        json.Text("response_type"),
        json.Raw("schema"));

    /// <summary>The type as <c>GET /v1/message-types/{type}</c> shows it, as UTF-8 JSON.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            WriteTo(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the type as <c>GET /v1/message-types/{type}</c> shows it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Type);
        json.WriteString("category"u8, Category);
        json.WriteString("description"u8, Description);
        WriteRoles(json, "sender_roles", SenderRoles);
        WriteRoles(json, "receiver_roles", ReceiverRoles);
        if (ResponseType is not null)
        {
            json.WriteString("response_type"u8, ResponseType);
        }

        json.WritePropertyName("schema"u8);
        json.WriteRawValue(Schema.Span, skipInputValidation: true);
        json.WriteEndObject();
    }

    private static IReadOnlyList<string> RolesOf(JsonElement json, string name) => json.Texts(name) ?? [Roles.Any];

    private static void WriteRoles(Utf8JsonWriter json, string name, IReadOnlyList<string> roles)
    {
        json.WriteStartArray(name);
        foreach (var role in roles)
        {
            json.WriteStringValue(role);
        }

        json.WriteEndArray();
    }
}
