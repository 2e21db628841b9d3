namespace Hms.Protocol.Coordination;

/// <summary>Where a task stands: <c>state</c> in its record.</summary>
public enum TaskPhase
{
    /// <summary>Held back until the tasks that it depends on have completed.</summary>
    Waiting,

    /// <summary>Given to the assignee, which has not answered.</summary>
    Assigned,

    /// <summary>The assignee has taken it on.</summary>
    Accepted,

    /// <summary>The assignee has told of progress.</summary>
    Running,

    /// <summary>Done. Final.</summary>
    Completed,

    /// <summary>The assignee has failed or was lost, or a task that it depends on has not completed. Final.</summary>
    Failed,

    /// <summary>The assignee has turned it down. Final.</summary>
    Rejected,

    /// <summary>Called off. Final.</summary>
    Cancelled,

    /// <summary>Nothing was heard of it in time. Final.</summary>
    TimedOut,
}

/// <summary>The names of the phases on the wire, and which are final.</summary>
public static class TaskPhases
{
    /// <summary>Every phase.</summary>
    public static IReadOnlyList<TaskPhase> All { get; } = Enum.GetValues<TaskPhase>();

#pragma warning disable CS8524 // A forgotten member must break the build.
    /// <summary>The name on the wire.</summary>
    public static string WireName(this TaskPhase phase) => phase switch
    {
        TaskPhase.Waiting => "waiting",
        TaskPhase.Assigned => "assigned",
        TaskPhase.Accepted => "accepted",
        TaskPhase.Running => "running",
        TaskPhase.Completed => "completed",
        TaskPhase.Failed => "failed",
        TaskPhase.Rejected => "rejected",
        TaskPhase.Cancelled => "cancelled",
        TaskPhase.TimedOut => "timed_out",
    };

    /// <summary>Whether nothing can follow.</summary>
    public static bool IsFinal(this TaskPhase phase) => phase switch
    {
        TaskPhase.Waiting or TaskPhase.Assigned or TaskPhase.Accepted or TaskPhase.Running => false,
        TaskPhase.Completed or TaskPhase.Failed or TaskPhase.Rejected or TaskPhase.Cancelled or TaskPhase.TimedOut => true,
    };
#pragma warning restore CS8524

    /// <summary>The phase of that name; null where there is none.</summary>
    public static TaskPhase? FromWire(string name)
    {
        foreach (var phase in All)
        {
            if (phase.WireName() == name)
            {
                return phase;
            }
        }

        return null;
    }
}
