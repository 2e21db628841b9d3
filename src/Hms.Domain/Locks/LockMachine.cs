using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Locks;

/// <summary>Decides who holds one lock. No clock, no I/O, no async.</summary>
public static class LockMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<LockReply> Decide(LockState state, LockCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        state.Begin(now);
        state.ExpireOverdue();
        state.LookAt(command.Holder);
        var step = command switch
        {
            LockCommand.Acquire c => state.Acquire(c),
            LockCommand.Renew c => state.Renew(c),
            LockCommand.Release c => state.Release(c),
            LockCommand.Leave c => state.Leave(c),
            LockCommand.Check c => state.Check(c),
            LockCommand.Describe => state.Describe(),
            LockCommand.EndSession c => state.EndSession(c),
            LockCommand.Wake => Step<LockReply>.Of(LockReply.Done.Instance, Rest.Memory),
            _ => throw new UnreachableException(),
        };
        state.Promote(command.Head);
        return step with { Effects = state.TakeEffects() };
    }
}
