using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>What the fabric answers as the Meta-Supervisor where it is asked something.</summary>
internal sealed class MetaAnswers(IFabric fabric, FabricClock clock)
{
    /// <summary>To <c>sync_request</c> (section 3.3): what time it is, and how the asker's session stands.</summary>
    public async ValueTask<Action<Utf8JsonWriter>> SyncAsync(Envelope message, CancellationToken cancellationToken)
    {
        var record = await fabric.Supervisors.GetAsync(message.Source, cancellationToken);
        return json =>
        {
            json.WriteStartObject();
            json.WriteString("time"u8, JsonText.Timestamp(clock.Now));
            json.WritePropertyName("supervisor"u8);
            record.WriteTo(json);
            json.WriteEndObject();
        };
    }

    /// <summary>To <c>supervisor_status_request</c> (section 3.1): how the fabric itself is.</summary>
    public async ValueTask<Action<Utf8JsonWriter>> StatusAsync(CancellationToken cancellationToken)
    {
        var status = await fabric.StatusAsync(cancellationToken);
        return json => WriteStatus(json, status);
    }

    /// <summary>
    /// To <c>state_query</c> (section 3.5): the record of the <c>task_id</c>, <c>lock_id</c>, <c>barrier_id</c> or <c>supervisor_id</c> in
    /// the content; of the fabric, where it names none.
    /// </summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where there is no such thing,
    /// <see cref="ErrorCode.Validation"/> where there can be none of that name.</exception>
    public async ValueTask<Action<Utf8JsonWriter>> StateAsync(JsonElement content, CancellationToken cancellationToken) =>
        Named(content, "task_id") is { } task ? (await fabric.Tasks.GetAsync(task, default, cancellationToken)).WriteTo
        : Named(content, "lock_id") is { } name ? (await fabric.Locks.GetAsync(name, cancellationToken)).WriteTo
        : Named(content, "barrier_id") is { } barrier ? (await fabric.Barriers.GetAsync(barrier, default, cancellationToken)).WriteTo
        : Named(content, "supervisor_id") is { } supervisor ? (await fabric.Supervisors.GetAsync(supervisor, cancellationToken)).WriteTo
        : await StatusAsync(cancellationToken);

    private static string? Named(JsonElement content, string member)
    {
        if (content.Member(member) is not { } value)
        {
            return null;
        }

        var name = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        Coordination.Refusals.RequireName(name, $"/content/{member}");
        return name;
    }

    private void WriteStatus(Utf8JsonWriter json, FabricStatus status)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, JsonText.Timestamp(clock.Now));
        json.WriteString("status"u8, status.Problem is null ? "alive"u8 : "suspect"u8);
        json.WriteString("protocol_version"u8, ProtocolVersion.Current);
        json.WriteString("engine"u8, status.Engine);
        json.WriteString("storage"u8, status.Storage);
        if (status.Supervisors is { } supervisors)
        {
            json.WriteNumber("supervisors"u8, supervisors);
        }

        json.WriteStartObject("counters"u8);
        foreach (var (name, count) in status.Counters)
        {
            json.WriteNumber(name, count);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
