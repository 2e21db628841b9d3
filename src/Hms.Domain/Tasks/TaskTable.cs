using Hms.Protocol.Coordination;
using static Hms.Domain.Tasks.TaskChange;
using static Hms.Protocol.Coordination.TaskPhase;

namespace Hms.Domain.Tasks;

/// <summary>What moves a task from one phase to another.</summary>
public enum TaskChange
{
    /// <summary>It is given to its assignee, or to another.</summary>
    Assign,

    /// <summary>The assignee takes it on.</summary>
    Accept,

    /// <summary>The assignee tells how far it is.</summary>
    Report,

    /// <summary>The assignee has done it.</summary>
    Complete,

    /// <summary>The assignee has failed, and there is no further attempt.</summary>
    Fail,

    /// <summary>The assignee turns it down, and there is no further attempt.</summary>
    Reject,

    /// <summary>The attempt is over, and there is a further one.</summary>
    TryAgain,

    /// <summary>The assignee's session has ended, and there is no further attempt.</summary>
    LoseAssignee,

    /// <summary>A task that it depends on has not completed.</summary>
    LoseDependency,

    /// <summary>It is called off.</summary>
    Cancel,

    /// <summary>Nothing was heard of it in time.</summary>
    TimeOut,
}

/// <summary>Every way in which a task's phase may change, and no other. The diagram in <c>docs/tasks.md</c> is made from it.</summary>
public static class TaskTable
{
    /// <summary>From, change, to. What is missing is a <c>conflict</c>.</summary>
    public static IReadOnlyList<(TaskPhase From, TaskChange Change, TaskPhase To)> Rows { get; } =
    [
        (Waiting, Assign, Assigned),
        (Waiting, LoseDependency, Failed),
        (Waiting, LoseAssignee, Failed),
        (Waiting, Cancel, Cancelled),

        (Assigned, Accept, Accepted),
        (Assigned, Report, Running),
        (Assigned, Complete, Completed),
        (Assigned, Fail, Failed),
        (Assigned, Reject, Rejected),
        (Assigned, TryAgain, Waiting),
        (Assigned, LoseAssignee, Failed),
        (Assigned, Cancel, Cancelled),
        (Assigned, TimeOut, TimedOut),

        (Accepted, Accept, Accepted),
        (Accepted, Report, Running),
        (Accepted, Complete, Completed),
        (Accepted, Fail, Failed),
        (Accepted, TryAgain, Waiting),
        (Accepted, LoseAssignee, Failed),
        (Accepted, Cancel, Cancelled),
        (Accepted, TimeOut, TimedOut),

        (Running, Accept, Running),
        (Running, Report, Running),
        (Running, Complete, Completed),
        (Running, Fail, Failed),
        (Running, TryAgain, Waiting),
        (Running, LoseAssignee, Failed),
        (Running, Cancel, Cancelled),
        (Running, TimeOut, TimedOut),
    ];

    /// <summary>The phase that follows; null where the change is not possible.</summary>
    public static TaskPhase? Next(TaskPhase from, TaskChange change)
    {
        foreach (var row in Rows)
        {
            if (row.From == from && row.Change == change)
            {
                return row.To;
            }
        }

        return null;
    }
}
