using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.TaskIndex;

/// <summary>Decides which tasks are in one part of the list, and when they have been kept for long enough. No clock, no I/O, no async.</summary>
public static class TaskIndexMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<TaskIndexReply> Decide(TaskIndexState state, TaskIndexCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        var forgotten = state.ForgetOverdue(now.ToUnixTimeMilliseconds());
        var step = command switch
        {
            TaskIndexCommand.Admit c => state.Admit(c),
            TaskIndexCommand.Note c => state.Note(c),
            TaskIndexCommand.List c => state.List(c),
            TaskIndexCommand.Wake => Step<TaskIndexReply>.Of(TaskIndexReply.Done.Instance, Rest.Memory),
            _ => throw new UnreachableException(),
        };
        return step with { Effects = forgotten };
    }
}
