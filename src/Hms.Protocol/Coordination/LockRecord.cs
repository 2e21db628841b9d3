using System.Text.Json;

namespace Hms.Protocol.Coordination;

/// <summary>A lock as clients see it.</summary>
public sealed record LockRecord
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Who holds it; null where nobody does.</summary>
    public string? Holder { get; init; }

    /// <summary>Which of the holder's instances; null where it named none.</summary>
    public string? Instance { get; init; }

    /// <summary>The token of the holder, or the last one that was given out.</summary>
    public required long FencingToken { get; init; }

    /// <summary>When the lease ends; null where nobody holds it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Until when it is closed after a lost session; null where it is not.</summary>
    public DateTimeOffset? ClosedUntil { get; init; }

    /// <summary>Who waits, first come first.</summary>
    public required IReadOnlyList<string> Waiters { get; init; }

    /// <summary>Writes the record as <c>api.md</c> (Locks) has it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("lock_id"u8, Name);
        json.WriteString("holder"u8, Holder);
        if (Instance is not null)
        {
            json.WriteString("instance"u8, Instance);
        }

        json.WriteNumber("fencing_token"u8, FencingToken);
        json.WritePropertyName("expires_at"u8);
        WriteTime(json, ExpiresAt);
        if (ClosedUntil is not null)
        {
            json.WritePropertyName("closed_until"u8);
            WriteTime(json, ClosedUntil);
        }

        json.WriteStartArray("waiters"u8);
        foreach (var waiter in Waiters)
        {
            json.WriteStringValue(waiter);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteStringValue(JsonText.Timestamp(known));
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
