using System.Text;
using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Checks;

/// <summary>One task as those who have to do with it know it: what was said of it, what was shown, and who was told.</summary>
internal sealed class Job(SimWorld world, TaskOrder order, IReadOnlyList<Job> dependencies)
{
    private readonly Dictionary<long, long> _seen = [];
    private readonly Dictionary<long, string> _assignees = [];
    private readonly HashSet<long> _assigned = [];
    private readonly List<Report> _reports = [];
    private int _failuresTold;
    private int _cancellationsTold;

    public string Id => order.TaskId;

    public TaskOrder Order => order;

    /// <summary>The message that orders it; null where it is ordered by a call.</summary>
    public Sent? Assignment { get; init; }

    /// <summary>Whether it surely exists.</summary>
    public bool IsKnown { get; set; }

    public IReadOnlyList<Report> Reports => _reports;

    /// <summary>The latest attempt that anybody knows of; 0 where there is none.</summary>
    public long Latest => _seen.Count == 0 ? 0 : _seen.Keys.Max();

    /// <summary>What became of it; null where nobody knows that.</summary>
    public TaskPhase? Final { get; private set; }

    /// <summary>When anybody first knew what became of it.</summary>
    public long Ended { get; private set; } = Sent.Never;

    private string? Result { get; set; }

    private string? Error { get; set; }

    /// <summary>Sees a record that somebody asked for at a step.</summary>
    public void See(long begun, TaskRecord record)
    {
        IsKnown = true;
        CheckLatest(record.Generation, begun, "is shown");
        if (record.Generation > 0)
        {
            NoteAttempt(record.Generation, record.Assignee);
        }

        if (record.Phase.IsFinal())
        {
            End(record.Phase, Encoding.UTF8.GetString(record.Result.Span), record.Error ?? "");
        }
        else if (Ended < begun)
        {
            Fail($"had ended as {Final}, and is {record.Phase}");
        }
    }

    /// <summary>Notes that the task was seen to be somebody's: it is given to one at a time, and not before its time.</summary>
    public void NoteAttempt(long generation, string assignee)
    {
        _seen.TryAdd(generation, world.Scheduler.Step);
        if (!_assignees.TryAdd(generation, assignee) && _assignees[generation] != assignee)
        {
            Fail($"is {_assignees[generation]}'s and {assignee}'s in attempt {generation}");
        }

        if (generation > order.Retry.AttemptsMax)
        {
            Fail($"is in attempt {generation}, of {order.Retry.AttemptsMax}");
        }

        if (dependencies.FirstOrDefault(dependency => !dependency.MayHaveCompleted) is { } early)
        {
            Fail($"was given to {assignee} before {early.Id} had completed");
        }
    }

    /// <summary>Notes that the assignee, or another, is about to say something.</summary>
    public Report Say(TaskReportKind kind, long? generation, Sent message)
    {
        var report = new Report(this, kind, generation, message);
        _reports.Add(report);
        return report;
    }

    /// <summary>Notes that something said was accepted.</summary>
    public void Accepted(Report report)
    {
        var message = report.Message;
        if (message.Source == order.Assigner)
        {
            Fail($"took {message.Id} from {message.Source}, who is not its assignee");
        }

        if (Ended < message.Begun)
        {
            Fail($"took {message.Id}, after it was known to have ended as {Final}");
        }

        if (report.Generation is { } generation)
        {
            CheckLatest(generation, message.Begun, $"took {message.Id}");
        }

        if (report.Kind == TaskReportKind.Completion)
        {
            End(TaskPhase.Completed, $"\"{message.Id}\"", "");
        }
    }

    /// <summary>Notes how it ended, as somebody was told: all are told the same.</summary>
    public void End(TaskPhase phase, string? result = null, string? error = null)
    {
        if (Final is null)
        {
            (Final, Ended) = (phase, world.Scheduler.Step);
        }
        else if (Final != phase || (Result ?? result) != (result ?? Result) || (Error ?? error) != (error ?? Error))
        {
            Fail($"ended as {Final} with {Result}{Error}, and as {phase} with {result}{error}");
        }

        (Result, Error) = (Result ?? result, Error ?? error);
        if (phase == TaskPhase.Completed && !MayHaveCompleted)
        {
            Fail("has completed, and nobody has said so");
        }
    }

    /// <summary>Hears a message that the fabric made.</summary>
    public void Hear(Inbox inbox, string type, JsonElement content)
    {
        var generation = content.GetProperty("generation").GetInt64();
        switch (type)
        {
            case "task_assignment":
                NoteAttempt(generation, inbox.Name);
                if (!_assigned.Add(generation))
                {
                    Fail($"was given to {inbox.Name} twice in attempt {generation}");
                }

                break;
            case "task_failure" when inbox.Name == order.Assigner:
                _failuresTold++;
                End(content.GetProperty("error_code").GetString() == "timed_out" ? TaskPhase.TimedOut : TaskPhase.Failed, "", content.GetProperty("error").GetString());
                break;
            case "task_cancellation" when inbox.Name == order.Assigner:
                _cancellationsTold++;
                End(TaskPhase.Cancelled);
                break;
            case "task_cancellation":
                break;
            default:
                Fail($"sent {inbox.Name} a {type}");
                break;
        }
    }

    /// <summary>Checks what must hold when all is over.</summary>
    /// <param name="record">The record in the end.</param>
    public void Check(TaskRecord record)
    {
        CheckDependencies(record);
        var assigner = world.Ledger.InboxOf(order.Assigner);
        var byFabric = record.History[^1].By == Names.MetaSupervisor;
        CheckCount("failures by the fabric", _failuresTold, byFabric && record.Phase is TaskPhase.Failed or TaskPhase.TimedOut ? 1 : 0);
        CheckCount("cancellations", _cancellationsTold, record.Phase == TaskPhase.Cancelled && record.History[^1].By != order.Assigner ? 1 : 0);
        CheckCount("completions", Passed(TaskReportKind.Completion), record.Phase == TaskPhase.Completed ? 1 : 0);
        if ((record.Phase == TaskPhase.Rejected && Passed(TaskReportKind.Rejection) == 0)
            || (record.Phase == TaskPhase.Failed && !byFabric && Passed(TaskReportKind.Failure) == 0))
        {
            Fail($"ended as {record.Phase}, and {order.Assigner} was not told why");
        }

        var assignee = world.Ledger.InboxOf(record.Assignee);
        if (assignee.IsSteady && record.Generation > 0 && !_assigned.Contains(record.Generation)
            && !(record.Generation == 1 && Assignment is { } message && assignee.Copies.ContainsKey((message.Id, null))))
        {
            Fail($"is {record.Assignee}'s in attempt {record.Generation}, who was not told");
        }

        int Passed(TaskReportKind kind) =>
            _reports.Count(report => report.Kind == kind && assigner.Copies.ContainsKey((report.Message.Id, null)));
    }

    private bool MayHaveCompleted => _reports.Any(
        report => report.Kind == TaskReportKind.Completion && (report.Message.MayBeIn || report.Message.IsUnderWay));

    private void CheckDependencies(TaskRecord record)
    {
        var failed = dependencies.FirstOrDefault(dependency => dependency.Final != TaskPhase.Completed);
        if (failed is not null && (record.Generation > 0 || record.Phase is not (TaskPhase.Failed or TaskPhase.Cancelled)))
        {
            Fail($"is {record.Phase} in attempt {record.Generation}, and {failed.Id}, on which it depends, is {failed.Final}");
        }
    }

    private void CheckCount(string what, int told, int due)
    {
        if (told != due)
        {
            Fail($"ended as {Final}, and {order.Assigner} was told of {told} {what}");
        }
    }

    private void CheckLatest(long generation, long begun, string what)
    {
        if (_seen.Any(seen => seen.Key > generation && seen.Value < begun))
        {
            Fail($"{what} in attempt {generation}, after attempt {Latest}");
        }
    }

    private void Fail(string what) => world.Fail($"the task {Id} {what}");
}

/// <summary>Something that was said of a task.</summary>
/// <param name="Job">The task.</param>
/// <param name="Kind">What.</param>
/// <param name="Generation">The attempt that it means; null for the current one.</param>
/// <param name="Message">The message.</param>
internal sealed record Report(Job Job, TaskReportKind Kind, long? Generation, Sent Message);
