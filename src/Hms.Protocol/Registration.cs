using System.Text.Json;

namespace Hms.Protocol;

/// <summary>
/// What a supervisor says of itself when it registers: the body of <c>PUT /v1/supervisors/{id}</c> and the content of
/// <c>supervisor_registration</c>.
/// </summary>
/// <param name="SupervisorType">What kind it is, 1–256 characters; free text to the fabric.</param>
public sealed record Registration(string SupervisorType)
{
    /// <summary>Roles, at most 64, each a name. Default none.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>What it can do, at most 256, each 1–256 characters. Default none.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Its public key, a JWK of kind EC on P-256 (RFC 7517) as JSON; empty where it has none.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <summary>How often it will send a heartbeat, from 100 ms to 24 h; null where it never does, and so never expires.</summary>
    public long? HeartbeatIntervalMs { get; init; }

    /// <summary>A JSON object of its own, kept as it is; empty where it has none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>Whether a new session begins even though the supervisor is alive. Not kept.</summary>
    public bool Restart { get; init; }

    /// <summary>Reads JSON that keeps to the schema of <c>supervisor_registration</c>.</summary>
    public static Registration Read(JsonElement json) => new(json.GetProperty("supervisor_type"u8).GetString()!)
    {
        Roles = json.Texts("roles") ?? [],
        Capabilities = json.Texts("capabilities") ?? [],
        PublicKey = json.Raw("public_key"),
        HeartbeatIntervalMs = json.Integer("heartbeat_interval_ms"),
        Metadata = json.Raw("metadata"),
        Restart = json.Flag("restart"),
    };

    /// <summary>Writes the members into an object that has been begun.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("supervisor_type"u8, SupervisorType);
        WriteStrings(json, "roles", Roles);
        WriteStrings(json, "capabilities", Capabilities);
        if (!PublicKey.IsEmpty)
        {
            json.WritePropertyName("public_key"u8);
            json.WriteRawValue(PublicKey.Span, skipInputValidation: true);
        }

        if (HeartbeatIntervalMs is { } interval)
        {
            json.WriteNumber("heartbeat_interval_ms"u8, interval);
        }

        if (!Metadata.IsEmpty)
        {
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(Metadata.Span, skipInputValidation: true);
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> strings)
    {
        json.WriteStartArray(name);
        foreach (var text in strings)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
