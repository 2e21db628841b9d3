using System.Runtime.InteropServices;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Mailboxes;

/// <summary>Where a message of a mailbox stands. The numbers are stored.</summary>
internal enum EntryState : byte
{
    /// <summary>Nothing is known any more.</summary>
    Free = 0,

    /// <summary>Held for delivery, whether ready, delayed or leased.</summary>
    Held = 1,

    /// <summary>A dead letter.</summary>
    Dead = 2,

    /// <summary>Acknowledged; remembered so that a duplicate is known.</summary>
    Done = 3,
}

/// <summary>Why a message became a dead letter. The numbers are stored.</summary>
internal enum DeadReason : byte
{
    None = 0,
    Expired = 1,
    MaxAttempts = 2,
    Nack = 3,
    Deregistered = 4,
    Retention = 5,
}

/// <summary>
/// All that a mailbox keeps of one message besides its body. Sixty bytes, stored as they lie: eight of them make a row of which several fit
/// into a page of SQLite without overflow, which is what makes a million waiting messages cheap to keep and quick to read.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct Entry : ISegmentEntry
{
    public const int Size = 60;

    /// <summary>The id, or the idempotency key that stands for it; of a topic's message the sequence that it has there.</summary>
    public ulong IdHigh;

    /// <summary>What a duplicate must agree with; of a topic's message the number by which the mailbox knows the topic.</summary>
    public ulong BodyHash;

    /// <summary>What a waiting requester looks for, and once it is bound to a request, that request; 0 where the message is no reply.</summary>
    public ulong ReplyHash;

    /// <summary>The number of the body; 0 where it is gone.</summary>
    public long Body;

    /// <summary>When it was accepted, died or was acknowledged, in Unix milliseconds: whichever came last.</summary>
    public long At;

    /// <summary>Time to live in milliseconds; 0 where it never expires.</summary>
    public long Ttl;

    public uint IdLow;
    public int Length;
    public ushort Attempts;
    private byte _state;
    private byte _flags;

    private const byte StateBits = 0b0000_0111;
    private const byte TopicBit = 0b1000_0000;

    private const byte PriorityBits = 0b0000_0011;
    private const byte MemoryBit = 0b0000_0100;
    private const byte BoundBit = 0b0000_1000;
    private const int ReasonShift = 4;

    /// <inheritdoc/>
    public readonly bool IsFree => State == EntryState.Free;

    public EntryState State
    {
        readonly get => (EntryState)(_state & StateBits);
        set => _state = (byte)((_state & ~StateBits) | (byte)value);
    }

    /// <summary>Whether it came by a topic: the body is the topic's, and no duplicate can come.</summary>
    public bool IsFromTopic
    {
        readonly get => (_state & TopicBit) != 0;
        set => _state = (byte)(value ? _state | TopicBit : _state & ~TopicBit);
    }

    public Priority Priority
    {
        readonly get => (Priority)(_flags & PriorityBits);
        set => _flags = (byte)((_flags & ~PriorityBits) | (byte)value);
    }

    /// <summary>Whether its sender did not wait for the disk.</summary>
    public bool IsMemory
    {
        readonly get => (_flags & MemoryBit) != 0;
        set => _flags = (byte)(value ? _flags | MemoryBit : _flags & ~MemoryBit);
    }

    /// <summary>Whether it is bound to a request, so that it is kept after its ack in case the requester asks again.</summary>
    public bool IsBound
    {
        readonly get => (_flags & BoundBit) != 0;
        set => _flags = (byte)(value ? _flags | BoundBit : _flags & ~BoundBit);
    }

    public DeadReason Reason
    {
        readonly get => (DeadReason)(_flags >> ReasonShift);
        set => _flags = (byte)((_flags & 0x0F) | ((byte)value << ReasonShift));
    }

    public readonly Fingerprint Id => new(IdHigh, IdLow);

    /// <summary>When it expires, in Unix milliseconds.</summary>
    public readonly long Expires => Ttl == 0 || Ttl > long.MaxValue - At ? long.MaxValue : At + Ttl;
}
