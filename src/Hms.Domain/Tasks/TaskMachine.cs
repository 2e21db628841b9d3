using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Tasks;

/// <summary>Decides what becomes of one task. No clock, no I/O, no async.</summary>
public static class TaskMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<TaskReply> Decide(TaskState state, TaskCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        state.Begin(now);
        var step = command switch
        {
            TaskCommand.Create c => state.Create(c),
            TaskCommand.Tell c => state.Tell(c),
            TaskCommand.Cancel c => state.Cancel(c),
            TaskCommand.Await c => state.Await(c),
            TaskCommand.DependencyEnded c => state.DependencyEnded(c),
            TaskCommand.EndSession c => state.EndSession(c),
            TaskCommand.GiveUp => state.GiveUp(),
            TaskCommand.Describe => state.Describe(),
            TaskCommand.Forget => state.Forget(),
            TaskCommand.Wake => Step<TaskReply>.Of(TaskReply.Done.Instance, Rest.Memory),
            _ => throw new UnreachableException(),
        };
        if (step.Fault is null)
        {
            state.TryAssign(command.Candidate, wasSought: command is TaskCommand.Wake);
        }

        return step.Reply is TaskReply.Described { Created: true }
            ? state.Described(created: true) with { Effects = state.TakeEffects() }
            : step with { Effects = state.TakeEffects() };
    }
}
