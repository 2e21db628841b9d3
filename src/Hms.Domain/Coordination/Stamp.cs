using Hms.Domain.Mailboxes;

namespace Hms.Domain.Coordination;

/// <summary>What tells whether a message that moves an entity was there before.</summary>
/// <param name="Id">Of its id, or of the idempotency key that stands for it.</param>
/// <param name="BodyHash">What a repetition must agree with.</param>
/// <param name="FirstId">The id, where a key stands for it; else null.</param>
public sealed record Stamp(Fingerprint Id, ulong BodyHash, string? FirstId);

/// <summary>A message that moved an entity before.</summary>
/// <param name="SameBody">Whether it is the same message.</param>
/// <param name="FirstId">The id that it came with first, where a key stands for it.</param>
/// <param name="AtMs">When it moved the entity, in Unix milliseconds.</param>
/// <param name="Answer">What makes the answer that was handed to who asked, in no mailbox; empty elsewhere.</param>
internal readonly record struct Seen(bool SameBody, string? FirstId, long AtMs, ReadOnlyMemory<byte> Answer);
