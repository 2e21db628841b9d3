using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes.Model;

internal enum Place
{
    Held,
    Dead,
    Done,
}

internal enum Hand
{
    Receiver,
    Reserved,
    Lapsed,
    Delayed,
    Returned,
}

/// <summary>What became of the latest delivery. Goes with a restart.</summary>
/// <param name="Hand">Who has it.</param>
/// <param name="Until">When that ends.</param>
/// <param name="Receipt">The receipt that holds; null where none given out since the restart does.</param>
/// <param name="EarlierHold">Whether receipts from before the restart hold.</param>
internal sealed record ModelDelivery(Hand Hand, long Until, string? Receipt, bool EarlierHold)
{
    public bool IsOut => Hand is Hand.Receiver or Hand.Reserved;
}

/// <summary>A message in the model: a plain record in a plain list.</summary>
internal sealed record ModelMessage(long Sequence, string Id, int BodyContent, long Body, Priority Priority, long Ttl, bool Memory)
{
    public string? FirstId { get; init; }

    public int Length { get; init; }

    /// <summary>What it carries as a reply; 0 where it is none, or was taken off a request again.</summary>
    public int Reply { get; set; }

    /// <summary>The request that it is bound to; 0 where it is to none.</summary>
    public int Request { get; set; }

    public Place Place { get; set; }

    public long At { get; set; }

    public int Attempts { get; set; }

    public string? Reason { get; set; }

    public ModelDelivery? Delivery { get; set; }

    /// <summary>Whether its body is kept after its ack.</summary>
    public bool Kept { get; set; }

    /// <summary>Whether more were done with after it than need be remembered.</summary>
    public bool MayBeForgotten { get; set; }

    public bool IsOut => Place == Place.Held && Delivery is { IsOut: true };

    public bool IsFree => Place == Place.Held && Delivery is null or { Hand: Hand.Lapsed or Hand.Returned };

    public bool HasBody => Place != Place.Done || Kept;

    public long Expires => Ttl == 0 ? long.MaxValue : At + Ttl;
}
