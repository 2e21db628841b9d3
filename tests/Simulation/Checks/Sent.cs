using System.Text;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Simulation.Checks;

/// <summary>One message as its sender knows it. Steps of the scheduler say what was before what.</summary>
internal sealed class Sent
{
    public const long Never = long.MaxValue;

    public required string Id { get; init; }

    public required string Source { get; init; }

    public required Destination To { get; init; }

    public required string Type { get; init; }

    public Priority Priority { get; init; } = Priority.Normal;

    public long? TtlMs { get; init; }

    public string? CorrelationId { get; init; }

    public bool IsMemory { get; init; }

    public string Content { get; init; } = "{}";

    /// <summary>
    /// Of a message that moves a task, a lock or a barrier: whom that may pass it on to. Null for an ordinary one.
    /// </summary>
    public IReadOnlyList<string>? PassedTo { get; init; }

    /// <summary>Whether all of them surely get it once it was accepted.</summary>
    public bool IsSurelyPassedOn { get; init; }

    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>When its sender began to send it.</summary>
    public long Begun { get; set; } = Never;

    /// <summary>When its sender first had a receipt.</summary>
    public long Accepted { get; set; } = Never;

    /// <summary>Whether it may be in: a try was answered with a receipt, or not at all.</summary>
    public bool MayBeIn { get; set; }

    /// <summary>Tries that have not been answered yet.</summary>
    public int UnderWay { get; set; }

    public bool IsUnderWay => UnderWay > 0;

    public bool IsForSupervisor => To.Kind == DestinationKind.Supervisor;

    public SendRequest Request => new(Bytes) { Durability = IsMemory ? Durability.Memory : Durability.Fsync };

    public Sent Written()
    {
        var destination = To.Kind == DestinationKind.Topic ? Names.TopicPrefix + To.Name : To.Name;
        var json = new StringBuilder($$"""
            {"id":"{{Id}}","source":"{{Source}}","destination":"{{destination}}","message_type":"{{Type}}","content":{{Content}},"timestamp":"2026-01-02T03:04:05Z","priority":"{{Priority.WireName()}}","version":"1.0"
            """);
        if (TtlMs is { } ttl)
        {
            json.Append($",\"ttl\":{ttl}");
        }

        if (CorrelationId is { } correlation)
        {
            json.Append($",\"correlation_id\":\"{correlation}\"");
        }

        Bytes = Encoding.UTF8.GetBytes(json.Append('}').ToString());
        return this;
    }
}
