using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Coordination;

/// <summary>
/// The messages that an entity makes. Their ids are numbered, so that none occurs twice; the number is kept with the entity's state.
/// </summary>
/// <param name="self">The entity.</param>
internal sealed class Notices(EntityKey self)
{
    private readonly string _prefix = $"{Word(self.Kind)}_{Fingerprint.OfName(self.ToString()):x16}";

    /// <summary>How many it has made.</summary>
    public long Count { get; set; }

    /// <summary>A message to a supervisor, that belongs to the entity.</summary>
    public OutboxMessage.Post Make(
        string destination, string messageType, Priority priority, long now, Action<Utf8JsonWriter> writeContent, long? ttlMs = null)
    {
        Count++;
        var message = new FabricMessage($"{_prefix}_{Count}", destination, messageType, self.Name, DateTimeOffset.FromUnixTimeMilliseconds(now))
        {
            Priority = priority,
            TtlMs = ttlMs,
        };
        return new OutboxMessage.Post(destination, message.Write(writeContent));
    }

    private static string Word(EntityKind kind) => kind switch
    {
        EntityKind.Lock => "lock",
        EntityKind.Barrier => "barrier",
        EntityKind.Task => "task",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "makes no messages"),
    };
}
