namespace Hms.Abstractions;

/// <summary>What a fabric is and how it does: <c>GET /v1/status</c>.</summary>
/// <param name="Engine"><c>standalone</c> or <c>orleans</c>.</param>
/// <param name="Storage">Where rows live, such as <c>sqlite</c>.</param>
/// <param name="Writable">Whether the last commit succeeded; false while the store is away.</param>
/// <param name="StoreProblem">Why it is away; null while it is not.</param>
/// <param name="Supervisors">How many are registered.</param>
/// <param name="Counters">What was counted since the start, by name.</param>
public sealed record FabricStatus(
    string Engine,
    string Storage,
    bool Writable,
    string? StoreProblem,
    int Supervisors,
    IReadOnlyDictionary<string, long> Counters);
