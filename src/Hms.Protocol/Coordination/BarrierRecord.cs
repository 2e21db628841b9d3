using System.Text.Json;

namespace Hms.Protocol.Coordination;

/// <summary>Who meets where: the body of <c>POST /v1/barriers</c>, and a <c>barrier_request</c> to <c>meta_supervisor</c> (section 4.5).</summary>
/// <param name="BarrierId">The barrier's name.</param>
/// <param name="Initiator">Who calls; is told the outcome, where it is registered.</param>
/// <param name="Participants">Who must arrive: registered supervisors, 1–10,000, each once.</param>
/// <param name="TimeoutMs">Milliseconds until the barrier is given up, 1–86,400,000.</param>
public sealed record BarrierCall(string BarrierId, string Initiator, IReadOnlyList<string> Participants, long TimeoutMs)
{
    /// <summary>Reads content that keeps to the schema; what it does not say is empty or 0, and so refused.</summary>
    public static BarrierCall Read(string source, JsonElement content) => new(
        content.Text("barrier_id")!, source, content.Texts("participants") ?? [], content.Integer("timeout_ms") ?? 0);
}

/// <summary>A barrier as clients see it.</summary>
public sealed record BarrierRecord
{
    /// <summary>What was called for.</summary>
    public required BarrierCall Call { get; init; }

    /// <summary>Where it stands.</summary>
    public required BarrierPhase Phase { get; init; }

    /// <summary>Who has arrived and is ready, in the order of <see cref="BarrierCall.Participants"/>.</summary>
    public required IReadOnlyList<string> Ready { get; init; }

    /// <summary>Who is not, in the same order.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Counts the uses of the id, from 1.</summary>
    public required long Generation { get; init; }

    /// <summary>Why it was given up; null where it was not.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was called.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it will have timed out.</summary>
    public required DateTimeOffset DeadlineAt { get; init; }

    /// <summary>Writes the record as <c>api.md</c> (Barriers) has it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("barrier_id"u8, Call.BarrierId);
        json.WriteString("initiator"u8, Call.Initiator);
        json.WriteString("state"u8, Phase.WireName());
        WriteNames(json, "participants"u8, Call.Participants);
        WriteNames(json, "ready"u8, Ready);
        WriteNames(json, "missing"u8, Missing);
        json.WriteBoolean("all_ready"u8, Phase == BarrierPhase.Released);
        if (Reason is not null)
        {
            json.WriteString("reason"u8, Reason);
        }

        json.WriteNumber("generation"u8, Generation);
        json.WriteNumber("timeout_ms"u8, Call.TimeoutMs);
        json.WriteString("created_at"u8, JsonText.Timestamp(CreatedAt));
        json.WriteString("deadline_at"u8, JsonText.Timestamp(DeadlineAt));
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, ReadOnlySpan<byte> member, IReadOnlyList<string> names)
    {
        json.WriteStartArray(member);
        foreach (var name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }
}
