namespace Hms.Simulation.Checks;

/// <summary>One use of a barrier's id, as its participants know it.</summary>
internal sealed class MeetingUse(long generation)
{
    public long Generation => generation;

    /// <summary>When anybody first knew of it.</summary>
    public long Seen { get; init; }

    /// <summary>When the call began that surely made it; 0 where that is not known.</summary>
    public long Called { get; set; }

    /// <summary>Who takes part; null where nobody has seen a record of it.</summary>
    public IReadOnlyList<string>? Participants { get; set; }

    public string? Initiator { get; set; }

    /// <summary>When anybody first knew of its end.</summary>
    public long Ended { get; set; } = Sent.Never;

    public bool IsReleased { get; set; }

    public string? Reason { get; set; }

    /// <summary>Who was called to it.</summary>
    public HashSet<string> Requested { get; } = [];

    /// <summary>Who was told of its end.</summary>
    public HashSet<string> Continued { get; } = [];
}

/// <summary>What somebody did to come to a barrier.</summary>
/// <param name="Who">Who.</param>
/// <param name="Ready">Whether it can go on.</param>
/// <param name="Generation">Which use it means; null for the current one.</param>
/// <param name="Message">The message that says so; null where it is a call.</param>
internal sealed record Coming(string Who, bool Ready, long? Generation, Sent? Message)
{
    public long Begun { get; init; }

    /// <summary>When it was surely over; a message may be sent again, and a call that was not answered may be carried out yet.</summary>
    public long Ended { get; set; } = Sent.Never;

    public bool IsRefused { get; set; }

    /// <summary>Whether it surely had its effect.</summary>
    public bool IsCounted { get; set; }

    /// <summary>For which use it surely had it; null where that is not known.</summary>
    public long? CountedFor { get; set; }

    /// <summary>Whether it may have had an effect.</summary>
    public bool MayCount => Message is { } message ? message.MayBeIn || message.IsUnderWay : !IsRefused;

    /// <summary>Notes that the message was accepted; where it says which use it means, it counts for that.</summary>
    public void Accept() => (IsCounted, CountedFor) = (Generation is not null, Generation);
}
