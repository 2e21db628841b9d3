using Hms.Protocol;

namespace Hms.Simulation.Clients;

/// <summary>What a client knows after a call: that it was done, that it was refused, or nothing.</summary>
/// <param name="IsDone">Whether it was done.</param>
/// <param name="Value">What was answered; without meaning where it was not done.</param>
/// <param name="Fault">Why it was refused; null where it was not.</param>
/// <typeparam name="T">What is answered.</typeparam>
internal readonly record struct Answer<T>(bool IsDone, T Value, Fault? Fault)
{
    /// <summary>How often it was asked.</summary>
    public int Tries { get; init; } = 1;

    /// <summary>Whether it may have been done or not, or may be done yet.</summary>
    public bool IsUnknown => !IsDone && Fault is null;

    public override string ToString() => IsDone ? "done" : Fault is { } fault ? $"refused with {fault.Code}" : "unknown";
}
