using System.Text.Json;
using Hms.Protocol;

namespace Hms.Abstractions;

/// <summary>A supervisor as the fabric knows it.</summary>
public sealed record SupervisorRecord
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What it said of itself last.</summary>
    public required Registration Registration { get; init; }

    /// <summary>Whether it is there.</summary>
    public required Liveness Liveness { get; init; }

    /// <summary>Its session: another one after each restart or death.</summary>
    public required string Session { get; init; }

    /// <summary>When it registered first.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Its last sign of life.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>Its last heartbeat; null where there was none since the fabric started.</summary>
    public Heartbeat? LastHeartbeat { get; init; }

    /// <summary>What its mailbox holds; null where that was not looked up.</summary>
    public MailboxCounts? Mailbox { get; init; }

    /// <summary>Writes the record as <c>api.md</c> (Supervisors) has it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("status"u8, Liveness.WireName());
        json.WriteString("session"u8, Session);
        json.WriteString("registered_at"u8, JsonText.Timestamp(RegisteredAt));
        json.WriteString("last_seen"u8, JsonText.Timestamp(LastSeen));
        Registration.WriteMembers(json);
        if (LastHeartbeat is { } heartbeat)
        {
            json.WritePropertyName("heartbeat"u8);
            heartbeat.WriteTo(json);
        }

        if (Mailbox is { } mailbox)
        {
            json.WriteStartObject("mailbox"u8);
            json.WriteNumber("ready"u8, mailbox.Ready);
            json.WriteNumber("leased"u8, mailbox.Leased);
            json.WriteNumber("dead_letters"u8, mailbox.DeadLetters);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}

/// <summary>How many messages a mailbox holds.</summary>
/// <param name="Ready">Waiting, delayed ones included.</param>
/// <param name="Leased">Delivered and not yet acknowledged.</param>
/// <param name="DeadLetters">Dead letters.</param>
public readonly record struct MailboxCounts(int Ready, int Leased, int DeadLetters);
