using System.Runtime.InteropServices;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Mailboxes;

/// <summary>What a topic hands to a subscriber's mailbox: a part of its log, of which the bodies stay the topic's.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Stamp">Which subscription of this supervisor it is; each later one has a higher stamp.</param>
/// <param name="Start">The sequence after which the subscription began: there a mailbox stands that has heard nothing of it yet.</param>
/// <param name="After">The sequence after which the subscription stands, as far as the topic knows.</param>
/// <param name="First">The oldest sequence that the topic retains.</param>
/// <param name="UpTo">The sequence up to which <see cref="Items"/> are all that there is.</param>
/// <param name="Items">What follows <see cref="Base"/> in the log, in order: <see cref="FeedItem"/>, packed.</param>
public sealed record Feed(string Topic, long Stamp, long Start, long After, long First, long UpTo, ReadOnlyMemory<byte> Items)
{
    /// <summary>The sequence after which <see cref="Items"/> begin.</summary>
    public long Base => Math.Max(After, First - 1);
}

/// <summary>One message of a feed. Feeds go from process to process of one version and kind of machine, packed as they lie in memory.</summary>
/// <param name="Sequence">Its number in the topic.</param>
/// <param name="Source">The fingerprint of its source, who does not hear itself.</param>
/// <param name="Body">The number of its body.</param>
/// <param name="At">When it was accepted, in Unix milliseconds.</param>
/// <param name="TtlMs">Time to live in milliseconds; 0 where it never expires.</param>
/// <param name="Length">The size of its body in bytes.</param>
/// <param name="Priority">Its place in the queue.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct FeedItem(long Sequence, ulong Source, long Body, long At, long TtlMs, int Length, Priority Priority)
{
    /// <summary>Packs items.</summary>
    internal static ReadOnlyMemory<byte> Pack(ReadOnlySpan<FeedItem> items) => MemoryMarshal.AsBytes(items).ToArray();

    /// <summary>Reads packed items.</summary>
    internal static ReadOnlySpan<FeedItem> Unpack(ReadOnlyMemory<byte> packed) => MemoryMarshal.Cast<byte, FeedItem>(packed.Span);
}

/// <summary>A message of the fabric's that tells what retention has removed unread.</summary>
/// <param name="After">The cursor after which it was removed; a mailbox that stands elsewhere by now does not take it.</param>
/// <param name="BodyId">The number that its body is stored by.</param>
/// <param name="Body">The message.</param>
public sealed record LossNotice(long After, long BodyId, MessageBody Body);
