using System.Runtime.InteropServices;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Topics;

/// <summary>Where a message of a topic stands. The numbers are stored.</summary>
internal enum LogState : byte
{
    /// <summary>Nothing is known any more.</summary>
    Free = 0,

    /// <summary>In the log.</summary>
    Retained = 1,

    /// <summary>No longer in the log; its body is kept for mailboxes that hold it.</summary>
    Retired = 2,

    /// <summary>Its body is gone; remembered so that a duplicate is known.</summary>
    Gone = 3,
}

/// <summary>All that a topic keeps of one message besides its body: sixty bytes, stored as they lie.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct LogEntry : ISegmentEntry
{
    /// <summary>The id, or the idempotency key that stands for it.</summary>
    public ulong IdHigh;

    /// <summary>What a duplicate must agree with.</summary>
    public ulong BodyHash;

    /// <summary>The fingerprint of its source; once it is retired, how many mailboxes hold it.</summary>
    public ulong SourceOrHolders;

    /// <summary>The number of the body.</summary>
    public long Body;

    /// <summary>When it was accepted, in Unix milliseconds.</summary>
    public long At;

    /// <summary>Time to live in milliseconds; 0 where it never expires.</summary>
    public long Ttl;

    public uint IdLow;
    public int Length;
    public LogState State;
    public Priority Priority;

    /// <inheritdoc/>
    public readonly bool IsFree => State == LogState.Free;

    public readonly Fingerprint Id => new(IdHigh, IdLow);
}
