using System.Text;
using System.Text.Json;
using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks;

/// <summary>One task, its assigner <c>boss</c> and its assignee <c>w1</c>.</summary>
internal sealed class TaskRig(TaskLimits limits) : MachineRig<TaskState, TaskCommand, TaskReply>
{
    private int _messages;

    public TaskRig()
        : this(new TaskLimits())
    {
    }

    public static SessionView W1 { get; } = new("w1", 1, true);

    public static SessionView W2 { get; } = new("w2", 7, true);

    public static TaskOrder Order { get; } = new()
    {
        TaskId = "t",
        Assigner = "boss",
        Assignee = "w1",
        TaskType = "compile",
        Parameters = """{"unit":"core"}"""u8.ToArray(),
    };

    protected override TaskCommand Wake => new TaskCommand.Wake();

    public TaskRecord Record => Ask<TaskReply.Described>(new TaskCommand.Describe()).Record;

    public TaskPhase Phase => Record.Phase;

    /// <summary>Orders it; its assignee lives.</summary>
    public TaskRecord Create(TaskOrder? order = null, TaskPhase[]? dependencies = null, SessionView? candidate = null) =>
        Ask<TaskReply.Described>(new TaskCommand.Create(order ?? Order, dependencies ?? [], new Traits(["runtime"], []))
        {
            Candidate = candidate ?? W1,
        }).Record;

    /// <summary>The assignee says something new, to nobody but the fabric.</summary>
    public Step<TaskReply> Tell(
        TaskChange change, string by = "w1", long? generation = null, string? id = null, string? error = null, string sentTo = "")
    {
        id ??= $"m{++_messages}";
        return Decide(new TaskCommand.Tell(change, by, Messages.Stamp(by, id))
        {
            Generation = generation,
            Progress = change == TaskChange.Report ? 0.5 : null,
            Result = change == TaskChange.Complete ? """{"ok":true}"""u8.ToArray() : default,
            Error = error,
            Message = Messages.Of(by, id, sentTo.Length > 0 ? sentTo : Names.MetaSupervisor, TypeOf(change), """{"task_id":"t","error":"e"}"""),
            SentTo = sentTo,
        });
    }

    public void Told(TaskChange change, string by = "w1") => Assert.Null(Tell(change, by).Fault);

    public void Found(SessionView who) => Decide(new TaskCommand.Wake { Candidate = who });

    public static TaskOrder Retrying(int attempts, bool reassign) => Order with { Retry = new TaskRetry(attempts, reassign) };

    public static TaskOrder Depending(params string[] on) => Order with { Dependencies = on };

    public static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    /// <summary>The record as clients see it.</summary>
    public JsonElement Json => JsonDocument.Parse(JsonText.Write(Record.WriteTo)).RootElement;

    /// <summary>What the list of tasks was told in the latest decision.</summary>
    public OutboxMessage.IndexTask? Indexed => Sent.OfType<OutboxMessage.IndexTask>().LastOrDefault();

    protected override TaskState Create() => new("t", limits);

    protected override Step<TaskReply> Decide(TaskState state, TaskCommand command, DateTimeOffset now) => TaskMachine.Decide(state, command, now);

    private static string TypeOf(TaskChange change) => change switch
    {
        TaskChange.Accept => "task_acceptance",
        TaskChange.Reject => "task_rejection",
        TaskChange.Report => "task_progress",
        TaskChange.Complete => "task_completion",
        _ => "task_failure",
    };
}
