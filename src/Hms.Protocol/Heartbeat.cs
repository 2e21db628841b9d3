using System.Text.Json;

namespace Hms.Protocol;

/// <summary>
/// A sign of life: the body of <c>POST /v1/supervisors/{id}/heartbeat</c> and the content of <c>supervisor_heartbeat</c>.
/// </summary>
public sealed record Heartbeat
{
    /// <summary>How the supervisor says it does, up to 256 characters; kept in the record.</summary>
    public string? Status { get; init; }

    /// <summary>Its load, from 0 to 1,000,000; 1 is full.</summary>
    public double? Load { get; init; }

    /// <summary>Figures of its own, a JSON object; empty where it gives none.</summary>
    public ReadOnlyMemory<byte> Metrics { get; init; }

    /// <summary>Reads JSON that keeps to the schema of <c>supervisor_heartbeat</c>; anything but an object says nothing besides "alive".</summary>
    public static Heartbeat Read(JsonElement json) => json.ValueKind != JsonValueKind.Object ? new() : new()
    {
        Status = json.Text("status"),
        Load = json.Number("load"),
        Metrics = json.Raw("metrics"),
    };

    /// <summary>Writes the object, with what is known.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Status is not null)
        {
            json.WriteString("status"u8, Status);
        }

        if (Load is { } load)
        {
            json.WriteNumber("load"u8, load);
        }

        if (!Metrics.IsEmpty)
        {
            json.WritePropertyName("metrics"u8);
            json.WriteRawValue(Metrics.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
