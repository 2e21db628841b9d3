using System.Text.Json;

namespace Hms.Http.Writing;

/// <summary>The record of a supervisor as clients see it.</summary>
internal static class SupervisorJson
{
    public static void Write(Utf8JsonWriter json, SupervisorRecord record)
    {
        var registration = record.Registration;
        json.WriteStartObject();
        json.WriteString("id"u8, record.Id);
        json.WriteString("supervisor_type"u8, registration.SupervisorType);
        JsonLists.WriteStrings(json, "roles"u8, registration.Roles);
        JsonLists.WriteStrings(json, "capabilities"u8, registration.Capabilities);
        json.WriteString("status"u8, record.Liveness.WireName());
        json.WriteString("session"u8, record.Session);
        json.WriteString("registered_at"u8, JsonText.Timestamp(record.RegisteredAt));
        json.WriteString("last_seen"u8, JsonText.Timestamp(record.LastSeen));
        if (registration.HeartbeatIntervalMs is { } interval)
        {
            json.WriteNumber("heartbeat_interval_ms"u8, interval);
        }

        JsonLists.WriteRaw(json, "public_key"u8, registration.PublicKey);
        JsonLists.WriteRaw(json, "metadata"u8, registration.Metadata);
        if (record.LastHeartbeat is { } heartbeat)
        {
            WriteHeartbeat(json, heartbeat);
        }

        json.WriteStartObject("mailbox"u8);
        json.WriteNumber("ready"u8, record.Mailbox.Ready);
        json.WriteNumber("leased"u8, record.Mailbox.Leased);
        json.WriteNumber("dead_letters"u8, record.Mailbox.DeadLetters);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteHeartbeat(Utf8JsonWriter json, Heartbeat heartbeat)
    {
        json.WriteStartObject("heartbeat"u8);
        if (heartbeat.Status is not null)
        {
            json.WriteString("status"u8, heartbeat.Status);
        }

        if (heartbeat.Load is { } load)
        {
            json.WriteNumber("load"u8, load);
        }

        JsonLists.WriteRaw(json, "metrics"u8, heartbeat.Metrics);
        json.WriteEndObject();
    }
}
