namespace Hms.Abstractions;

/// <summary>What a fabric is and how it does: <c>GET /v1/status</c>.</summary>
/// <param name="Engine"><c>standalone</c> or <c>orleans</c>.</param>
/// <param name="Storage">Where rows live, such as <c>sqlite</c>.</param>
/// <param name="Problem">Why nothing can be written at this moment, as the process that is asked knows it by itself; null where all is well.</param>
/// <param name="Supervisors">How many are registered; null where that cannot be found out at this moment.</param>
/// <param name="Counters">What was counted since the start, by name.</param>
public sealed record FabricStatus(
    string Engine,
    string Storage,
    string? Problem,
    int? Supervisors,
    IReadOnlyDictionary<string, long> Counters);
