using Hms.Domain.Coordination;

namespace Hms.Domain.Tasks;

/// <summary>What tasks may hold.</summary>
public sealed record TaskLimits
{
    /// <summary>Events of its history that a task keeps; beyond it the oldest goes. Default 200.</summary>
    public int HistoryMax { get; init; } = 200;

    /// <summary>
    /// Tasks in one of 16 parts. Where there are as many, those that ended longest ago go; where none has ended, a further one is refused
    /// with <c>rate_limited</c>. Default 100,000.
    /// </summary>
    public int TasksMax { get; init; } = 100_000;

    /// <summary>How long a task is kept after its end. Default 7 days.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>What they have in common with locks and barriers.</summary>
    public CoordinationLimits Common { get; init; } = new();
}
