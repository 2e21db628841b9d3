using System.Buffers;
using System.Text.Json;
using Hms.Protocol;

namespace Hms.Domain.Directory;

/// <summary>One supervisor, as a part of the directory knows it.</summary>
internal sealed class Member
{
    public required string Id { get; init; }

    public required Registration Registration { get; set; }

    /// <summary>The session's name, as clients see it.</summary>
    public required string Session { get; init; }

    /// <summary>The session's number: higher than that of any session before.</summary>
    public required long Number { get; set; }

    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Whether its session has ended.</summary>
    public bool IsOver { get; set; }

    /// <summary>When it was heard of last. In memory only: after a start everybody has a full interval anew.</summary>
    public DateTimeOffset LastSeen { get; set; }

    /// <summary>When it was told how often to give a sign of life: it cannot keep to what it does not know yet. In memory only.</summary>
    public DateTimeOffset ToldAt { get; set; }

    /// <summary>From when on its silence counts.</summary>
    public DateTimeOffset SilentSince => ToldAt > LastSeen ? ToldAt : LastSeen;

    /// <summary>The last heartbeat. In memory only.</summary>
    public Heartbeat? LastHeartbeat { get; set; }

    /// <summary>Whether it was asked how it is, since it was heard of last. In memory only.</summary>
    public bool IsAsked { get; set; }

    /// <summary>The time at which it is looked at next, in ticks. In memory only.</summary>
    public long LookedAt { get; set; } = long.MaxValue;

    public void Write(IBufferWriter<byte> value)
    {
        using var json = new Utf8JsonWriter(value, JsonText.Writing);
        json.WriteStartObject();
        Registration.WriteMembers(json);
        json.WriteString("session"u8, Session);
        json.WriteNumber("session_number"u8, Number);
        json.WriteBoolean("over"u8, IsOver);
        json.WriteNumber("registered_at_ms"u8, RegisteredAt.ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }

    public static Member Read(string id, ReadOnlyMemory<byte> value)
    {
        using var json = JsonDocument.Parse(value, JsonText.Reading);
        var root = json.RootElement;
        return new Member
        {
            Id = id,
            Registration = Registration.Read(root),
            Session = root.GetProperty("session"u8).GetString()!,
            Number = root.TryGetProperty("session_number"u8, out var number) ? number.GetInt64() : 0,
            IsOver = root.TryGetProperty("over"u8, out var over) && over.GetBoolean(),
            RegisteredAt = DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("registered_at_ms"u8).GetInt64()),
        };
    }
}
