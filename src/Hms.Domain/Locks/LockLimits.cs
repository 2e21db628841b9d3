using Hms.Domain.Coordination;

namespace Hms.Domain.Locks;

/// <summary>What a lock may hold.</summary>
public sealed record LockLimits
{
    /// <summary>Waiters of one lock before a further one is refused with <c>rate_limited</c>. Default 10,000.</summary>
    public int WaitersMax { get; init; } = 10_000;

    /// <summary>What it has in common with barriers and tasks.</summary>
    public CoordinationLimits Common { get; init; } = new();
}
