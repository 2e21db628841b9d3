namespace Hms.Simulation.Checks;

/// <summary>One message in one mailbox, as its receiver knows it.</summary>
internal sealed class Copy(string id, Sent? sent, string? topic)
{
    public string Id => id;

    /// <summary>What was sent; null where the fabric made the message.</summary>
    public Sent? Sent => sent;

    /// <summary>The topic by which it came.</summary>
    public string? Topic => topic;

    /// <summary>Of a message that the fabric made, which one it is about.</summary>
    public string About { get; init; } = "";

    /// <summary>Of a message that the fabric made, whether it has a time to live.</summary>
    public bool IsMortal { get; init; }

    /// <summary>The numbers under which the mailbox had it.</summary>
    public SortedSet<long> Sequences { get; } = [];

    /// <summary>Whether its receiver tried to end it for good, so that it may be gone.</summary>
    public bool EndTried { get; set; }

    /// <summary>When its receiver was told that it is done with for good.</summary>
    public long Ended { get; set; } = Sent.Never;

    /// <summary>Whether its receiver tried to make a dead letter of it.</summary>
    public bool BuryTried { get; set; }

    /// <summary>Whether it was found when everything was over, waiting or dead.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Why it is a dead letter; null where it is none.</summary>
    public string? DeadReason { get; set; }
}
