using Hms.Domain.Coordination;

namespace Hms.Domain.Barriers;

/// <summary>What a barrier may hold.</summary>
public sealed record BarrierLimits
{
    /// <summary>How long the record of a barrier that has ended is kept. Default 24 hours.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromHours(24);

    /// <summary>What it has in common with locks and tasks.</summary>
    public CoordinationLimits Common { get; init; } = new();
}
