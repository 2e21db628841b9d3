using System.Buffers;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Keys;

/// <summary>
/// One part of what is known of the idempotency keys under which tasks were ordered and barriers called: the name that each came with first,
/// for the dedup window.
/// </summary>
public sealed class KeysState : IEntityState
{
    // A part serves a sixteenth of all who use keys, where an entity serves those that move it.
    private const int KeysMin = 100_000;

    private readonly SeenMessages _seen;

    /// <summary>No key, into which rows may be loaded.</summary>
    /// <param name="limits">For how long, and how many.</param>
    public KeysState(CoordinationLimits limits) => _seen = new SeenMessages(Changes, limits with { DedupMax = Math.Max(KeysMin, limits.DedupMax) });

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => null;

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake => null;

    /// <inheritdoc/>
    public bool IsQuiescent => true;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value) => _seen.Load(key.Number, value);

    /// <inheritdoc/>
    public void Loaded() => _seen.Loaded();

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value) => _seen.Write(key.Number, value);

    internal Step<KeysReply> Claim(KeysCommand.Claim command, long now)
    {
        var stamp = new Stamp(command.Key, command.BodyHash, command.Name);
        if (_seen.Find(stamp, now) is not { } before)
        {
            _seen.Add(stamp, now);
            return Step<KeysReply>.Of(new KeysReply(command.Name));
        }

        return before.SameBody
            ? Step<KeysReply>.Of(new KeysReply(before.FirstId!))
            : Step<KeysReply>.Refuse(new Fault(ErrorCode.Conflict, "the idempotency key was used for something else"));
    }
}
