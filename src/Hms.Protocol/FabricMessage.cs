using System.Buffers;
using System.Text.Json;

namespace Hms.Protocol;

/// <summary>A message that the fabric makes: its source is <c>meta_supervisor</c> (<c>api.md</c>, Messages).</summary>
/// <param name="Id">Its id; follows from what it tells, so that telling it twice makes no two messages.</param>
/// <param name="Destination">Where it goes.</param>
/// <param name="MessageType">Its type.</param>
/// <param name="CorrelationId">What it belongs to.</param>
/// <param name="At">When it was made.</param>
public readonly record struct FabricMessage(string Id, string Destination, string MessageType, string CorrelationId, DateTimeOffset At)
{
    /// <summary>Its place in the queue. Default normal.</summary>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>Time to live in milliseconds; null where it never expires.</summary>
    public long? TtlMs { get; init; }

    /// <summary>The message as UTF-8 JSON.</summary>
    /// <param name="writeContent">Writes the content, one JSON value.</param>
    public byte[] Write(Action<Utf8JsonWriter> writeContent)
    {
        ArgumentNullException.ThrowIfNull(writeContent);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, Id);
            json.WriteString("source"u8, Names.MetaSupervisor);
            json.WriteString("destination"u8, Destination);
            json.WriteString("message_type"u8, MessageType);
            json.WritePropertyName("content"u8);
            writeContent(json);
            json.WriteString("timestamp"u8, JsonText.Timestamp(At));
            json.WriteString("correlation_id"u8, CorrelationId);
            if (TtlMs is { } ttl)
            {
                json.WriteNumber("ttl"u8, ttl);
            }

            json.WriteString("priority"u8, Priority.WireName());
            json.WriteString("version"u8, ProtocolVersion.Current);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
