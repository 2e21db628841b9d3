using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Directory;

/// <summary>Decides who is registered in one part of the directory. No clock, no I/O, no async.</summary>
public static class DirectoryMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<DirectoryReply> Decide(DirectoryState state, DirectoryCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        state.Begin(now);
        var step = command switch
        {
            DirectoryCommand.Register c => state.Register(c, now),
            DirectoryCommand.Deregister c => state.Deregister(c, now),
            DirectoryCommand.Beat c => state.Beat(c, now),
            DirectoryCommand.Configure c => state.Configure(c, now),
            DirectoryCommand.ViewSessions c => state.ViewSessions(c, now),
            DirectoryCommand.FindAble c => state.FindAble(c, now),
            DirectoryCommand.Get c => state.Get(c, now),
            DirectoryCommand.List c => state.List(c, now),
            DirectoryCommand.Count => state.Count(),
            DirectoryCommand.Wake => Step<DirectoryReply>.Of(DirectoryReply.Done.Instance, Rest.Memory),
            _ => throw new UnreachableException(),
        };
        return step with { Effects = state.TakeEffects() };
    }
}
