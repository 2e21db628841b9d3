using Hms.Domain.Coordination;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tasks;

/// <summary>What can be asked of a task.</summary>
public abstract record TaskCommand
{
    private TaskCommand()
    {
    }

    /// <summary>What the directory said, a moment ago, of the session of who is to do it; null where nobody asked it.</summary>
    public SessionView? Candidate { get; init; }

    /// <summary>Orders it.</summary>
    /// <param name="Order">What is to be done.</param>
    /// <param name="Dependencies">Where each of the tasks that it depends on stood a moment ago, in their order.</param>
    /// <param name="Traits">Roles and capabilities of the assignee: one of them is asked of who may take over.</param>
    public sealed record Create(TaskOrder Order, IReadOnlyList<TaskPhase> Dependencies, Traits Traits) : TaskCommand
    {
        /// <summary>Set where it is ordered by message.</summary>
        public Stamp? By { get; init; }

        /// <summary>The message, which is what the assignee gets.</summary>
        public ReadOnlyMemory<byte> Message { get; init; }
    }

    /// <summary>The assignee says how it goes.</summary>
    /// <param name="Change">What it says: <see cref="TaskChange.Accept"/>, Report, Complete, Fail or Reject.</param>
    /// <param name="By">Who says so.</param>
    /// <param name="Stamp">What tells whether it was said before.</param>
    public sealed record Tell(TaskChange Change, string By, Stamp Stamp) : TaskCommand
    {
        /// <summary>The attempt that it means; null for the current one.</summary>
        public long? Generation { get; init; }

        /// <summary>The part done; null where it does not say.</summary>
        public double? Progress { get; init; }

        /// <summary>The result, as JSON.</summary>
        public ReadOnlyMemory<byte> Result { get; init; }

        /// <summary>The error, or the reason of a rejection; null where there is none.</summary>
        public string? Error { get; init; }

        /// <summary>The error for a machine, as JSON; empty where there is none.</summary>
        public ReadOnlyMemory<byte> ErrorCode { get; init; }

        /// <summary>The message, which is passed on.</summary>
        public ReadOnlyMemory<byte> Message { get; init; }

        /// <summary>The supervisor that it was sent to; <c>""</c> where that is the fabric.</summary>
        public string SentTo { get; init; } = "";
    }

    /// <summary>Calls it off.</summary>
    /// <param name="By">Who; null for the assigner.</param>
    /// <param name="Reason">Why; null where that is not said.</param>
    public sealed record Cancel(string? By, string? Reason) : TaskCommand
    {
        /// <summary>Set where it is called off by message.</summary>
        public Stamp? Stamp { get; init; }

        /// <summary>The message, which is what the assignee gets.</summary>
        public ReadOnlyMemory<byte> Message { get; init; }
    }

    /// <summary>Another task wants to be told when it has ended.</summary>
    public sealed record Await(string Dependent) : TaskCommand;

    /// <summary>A task that it depends on has ended.</summary>
    public sealed record DependencyEnded(string Dependency, bool Completed) : TaskCommand;

    /// <summary>A supervisor's sessions up to a number have ended.</summary>
    public sealed record EndSession(string Supervisor, long UpTo) : TaskCommand;

    /// <summary>Nobody was found who could do it.</summary>
    public sealed record GiveUp : TaskCommand;

    /// <summary>Asks how it stands.</summary>
    public sealed record Describe : TaskCommand;

    /// <summary>It has been kept for long enough.</summary>
    public sealed record Forget : TaskCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : TaskCommand;
}

/// <summary>Who a task is to be given to.</summary>
/// <param name="Preferred">Who, where that is settled; <c>""</c> where anybody with the traits may.</param>
/// <param name="Traits">The first assignee's.</param>
/// <param name="Tried">Who had it before.</param>
/// <param name="MayRepeat">Whether who had it last may have it again, should there be nobody else.</param>
public sealed record Wanted(string Preferred, Traits Traits, IReadOnlyCollection<string> Tried, bool MayRepeat);
