using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Barriers;

/// <summary>Decides whether all may go on, or none. No clock, no I/O, no async.</summary>
public static class BarrierMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<BarrierReply> Decide(BarrierState state, BarrierCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        state.Begin(now);
        var step = command switch
        {
            BarrierCommand.Create c => state.Create(c),
            BarrierCommand.Arrive c => state.Arrive(c),
            BarrierCommand.Describe => state.Describe(),
            BarrierCommand.EndSession c => state.EndSession(c),
            BarrierCommand.Wake => Step<BarrierReply>.Of(BarrierReply.Done.Instance, Rest.Memory),
            _ => throw new UnreachableException(),
        };
        return step with { Effects = state.TakeEffects() };
    }
}
