namespace Hms.Domain.Coordination;

/// <summary>What locks, barriers and tasks have in common.</summary>
public sealed record CoordinationLimits
{
    /// <summary>How long a message that moved an entity is known, so that a repetition has no second effect. Default 10 minutes.</summary>
    public TimeSpan DedupWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Messages that one entity knows so at most; beyond it the oldest is forgotten. Default 10,000.</summary>
    public int DedupMax { get; init; } = 10_000;

    /// <summary>
    /// How long an entity keeps up its ties to a supervisor that it no longer has to do with: told of the end of its session, remembered by its
    /// mailbox. Default 1 minute.
    /// </summary>
    public TimeSpan TiesFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one who waits counts without saying so again; a front that dies leaves no ghost behind. Default 10 s.</summary>
    public TimeSpan TicketFor { get; init; } = TimeSpan.FromSeconds(10);
}
