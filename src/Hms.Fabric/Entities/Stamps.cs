using Hms.Abstractions;
using Hms.Domain.Coordination;
using Hms.Domain.Mailboxes;

namespace Hms.Fabric.Entities;

/// <summary>What tells whether a message that moves an entity was there before.</summary>
internal static class Stamps
{
    public static Stamp Of(EnqueueRequest message) => new(
        message.IdempotencyKey is { } key ? Fingerprint.OfIdempotencyKey(message.Source, key) : Fingerprint.OfId(message.Source, message.Id),
        message.BodyHash,
        message.IdempotencyKey is null ? null : message.Id);
}
