using Hms.Domain.Coordination;

namespace Hms.Domain.Directory;

/// <summary>What the directory may hold, and when it calls a supervisor missing.</summary>
public sealed record DirectoryLimits
{
    /// <summary>Supervisors in one part before a registration is refused with <c>rate_limited</c>. Default 100,000.</summary>
    public int SupervisorsMax { get; init; } = 100_000;

    /// <summary>Missed heartbeats after which a supervisor is suspect. Default 2.</summary>
    public int SuspectAfter { get; init; } = 2;

    /// <summary>Missed heartbeats after which it is dead. Default 4.</summary>
    public int DeadAfter { get; init; } = 4;

    /// <summary>How late a missed heartbeat may be noticed, so that many are looked at together. Default 50 ms.</summary>
    public TimeSpan Slack { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>What each part has in common with locks, barriers and tasks.</summary>
    public CoordinationLimits Common { get; init; } = new();
}
