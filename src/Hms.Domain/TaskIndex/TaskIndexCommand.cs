using Hms.Protocol.Coordination;

namespace Hms.Domain.TaskIndex;

/// <summary>What can be asked of a part of the list of tasks.</summary>
public abstract record TaskIndexCommand
{
    private TaskIndexCommand()
    {
    }

    /// <summary>Makes room for a task that is about to be ordered.</summary>
    public sealed record Admit(string Task) : TaskIndexCommand;

    /// <summary>A task says where it stands.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Assignee">Who is to do it.</param>
    /// <param name="Phase">Where it stands.</param>
    /// <param name="Revision">Grows with each change; what comes late does not count.</param>
    /// <param name="EndedAtMs">When it has ended; 0 where it has not.</param>
    public sealed record Note(string Task, string Assignee, TaskPhase Phase, long Revision, long EndedAtMs) : TaskIndexCommand;

    /// <summary>Asks for names of tasks, after one, at most <paramref name="Limit"/>.</summary>
    public sealed record List(string After, int Limit, string? Assignee, TaskPhase? Phase) : TaskIndexCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : TaskIndexCommand;
}

/// <summary>What the list of tasks answers.</summary>
public abstract record TaskIndexReply
{
    private TaskIndexReply()
    {
    }

    /// <summary>There is nothing to say.</summary>
    public sealed record Done : TaskIndexReply
    {
        /// <summary>The one there is.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>Some tasks, by name.</summary>
    public sealed record Listed(IReadOnlyList<string> Tasks) : TaskIndexReply;
}
