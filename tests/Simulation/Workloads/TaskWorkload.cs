using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Hms.Simulation.Checks;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>One who orders tasks that depend on each other and calls some off, and workers who do them, fail, tell late and twice, die and come back.</summary>
internal sealed partial class TaskWorkload : Workload
{
    private const int Turns = 12;
    private const int Beats = 30;
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly Supervisor _boss;
    private readonly Supervisor[] _workers;
    private readonly SortedDictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly List<(Supervisor Worker, Job Job, long Generation)> _given = [];
    private readonly Dictionary<string, TaskRecord> _records = [];
    private int _numbers;

    public TaskWorkload(SimWorld world)
        : base(world)
    {
        _boss = NewSupervisor("boss");
        _workers =
        [
            NewSupervisor("worker1", AnyRegistration(mortal: 0.2) with { Roles = ["crew"] }),
            NewSupervisor("worker2", AnyRegistration(mortal: 0.6) with { Roles = ["crew"] }),
        ];
        World.Ledger.Listeners.Add(Hear);
    }

    public override Task RunAsync() => Task.WhenAll(
    [
        _boss.Client.BeginAsync(async () =>
        {
            await _boss.RegisterAsync();
            await RepeatAsync(_boss, Turns, DirectAsync);
        }),
        .. _workers.SelectMany(worker => (Task[])
        [
            worker.Client.BeginAsync(async () =>
            {
                await worker.RegisterAsync();
                await RepeatAsync(worker, 2 * Turns, () => WorkAsync(worker));
            }),
            worker.Client.BeginAsync(() => worker.LiveAsync(Beats)),
        ]),
    ]);

    public override void CheckHeard()
    {
        foreach (var job in _jobs.Values.Where(job => job.IsKnown))
        {
            job.Check(_records[job.Id]);
        }
    }

    private bool Hear(Inbox inbox, JsonElement message)
    {
        var type = message.GetProperty("message_type").GetString()!;
        if (!type.StartsWith("task_", StringComparison.Ordinal))
        {
            return false;
        }

        var content = message.GetProperty("content");
        _jobs[content.GetProperty("task_id").GetString()!].Hear(inbox, type, content);
        return true;
    }

    private async Task DirectAsync()
    {
        var known = _jobs.Values.Where(job => job.IsKnown).ToArray();
        switch (Dice.Below(10))
        {
            case 0 when known.Length > 0:
                await LookAsync(_boss, Dice.Pick(known), Dice.Delay(WaitMax));
                break;
            case 1 when known.Length > 0:
                await CancelAsync(Dice.Pick(known));
                break;
            case 2 or 3 when await _boss.ReceiveAnyAsync() is { Count: > 0 } deliveries:
                await _boss.AckAsync(deliveries);
                break;
            default:
                await OrderAsync(known);
                break;
        }
    }

    private async Task OrderAsync(Job[] known)
    {
        var dependencies = known.Where(_ => Dice.Chance(0.25)).ToArray();
        var attempts = Dice.Between(1, 3);
        var order = new TaskOrder
        {
            TaskId = $"job{++_numbers}",
            Assigner = _boss.Name,
            Assignee = Dice.Pick(_workers).Name,
            TaskType = "work",
            Parameters = "{}"u8.ToArray(),
            Dependencies = [.. dependencies.Select(job => job.Id)],
            TimeoutMs = Dice.Chance(0.8) ? Dice.Between(500, 8_000) : null,
            Retry = new TaskRetry(attempts, Dice.Chance(0.6)),
        };
        var job = new Job(World, order, dependencies) { Assignment = Dice.Chance(0.4) ? AssignmentOf(order) : null };
        _jobs.Add(job.Id, job);
        if (job.Assignment is { } message)
        {
            job.IsKnown = (await _boss.SendUntilKnownAsync(message)).IsDone;
            return;
        }

        var begun = World.Scheduler.Step;
        var key = Dice.Chance(0.3) ? job.Id : null;
        var answer = await _boss.Client.AskUntilKnownAsync(
            $"order {job.Id}", (fabric, stopped) => fabric.Tasks.CreateAsync(order, key, stopped));
        if (answer.IsDone)
        {
            job.See(begun, answer.Value.Record);
        }
    }

    private Sent AssignmentOf(TaskOrder order)
    {
        var dependencies = string.Join(',', order.Dependencies.Select(dependency => $"\"{dependency}\""));
        var timeout = order.TimeoutMs is { } milliseconds ? $",\"timeout\":{milliseconds}" : "";
        var reassign = order.Retry.Reassign ? "true" : "false";
        return new Sent
        {
            Id = World.Ledger.NewId(),
            Source = order.Assigner,
            To = new Destination(DestinationKind.Supervisor, order.Assignee),
            Type = "task_assignment",
            Content = $$"""
                {"task_id":"{{order.TaskId}}","task_type":"work","retry":{"max_attempts":{{order.Retry.AttemptsMax}},"reassign":{{reassign}} },"parameters":{},"priority":"normal","dependencies":[{{dependencies}}]{{timeout}}}
                """,
            PassedTo = [order.Assignee],
        }.Written();
    }

    private async Task CancelAsync(Job job)
    {
        if (Dice.Chance(0.5))
        {
            await CallOffAsync(job, Dice.Chance(0.3) ? "somebody" : null);
            return;
        }

        var message = new Sent
        {
            Id = World.Ledger.NewId(),
            Source = _boss.Name,
            To = new Destination(DestinationKind.Supervisor, Dice.Pick(_workers).Name),
            Type = "task_cancellation",
            Content = $$"""{"task_id":"{{job.Id}}","reason":"enough"}""",
            PassedTo = [.. _workers.Select(worker => worker.Name)],
        }.Written();
        if ((await _boss.SendAsync(message)).IsDone)
        {
            job.End(TaskPhase.Cancelled);
        }
    }

    private async Task CallOffAsync(Job job, string? by)
    {
        var begun = World.Scheduler.Step;
        var answer = await _boss.Client.AskUntilKnownAsync(
            $"call off {job.Id}", (fabric, stopped) => fabric.Tasks.CancelAsync(job.Id, by, "enough", stopped));
        if (answer.IsDone)
        {
            job.See(begun, answer.Value);
            job.End(TaskPhase.Cancelled);
        }
    }

    private async Task<TaskRecord?> LookAsync(Supervisor supervisor, Job job, TimeSpan wait)
    {
        var begun = World.Scheduler.Step;
        var answer = await supervisor.Client.AskAsync($"look at {job.Id}", (fabric, stopped) => fabric.Tasks.GetAsync(job.Id, wait, stopped));
        if (answer.IsDone)
        {
            job.See(begun, answer.Value);
        }
        else if (answer.Fault is { } fault && job.IsKnown)
        {
            World.Fail($"the task {job.Id} is known, and cannot be looked at: {fault.Message}");
        }

        return answer.IsDone ? answer.Value : null;
    }

    private async Task WorkAsync(Supervisor worker)
    {
        var mine = _given.Where(given => given.Worker == worker).ToArray();
        var said = _jobs.Values.SelectMany(job => job.Reports).Where(report => report.Message.Source == worker.Name).ToArray();
        switch (Dice.Below(14))
        {
            case 0 when Dice.Chance(0.4):
                await worker.RegisterAsync(restart: true);
                break;
            case 0 when worker != _workers[0]:
                await worker.DeregisterAsync();
                await worker.Client.PauseAsync(WaitMax);
                await worker.RegisterAsync();
                break;
            case 1 when said.Length > 0:
                await SendAsync(worker, Dice.Pick(said));
                break;
            case 2 when mine.Length > 0:
                await LookAsync(worker, Dice.Pick(mine).Job, TimeSpan.Zero);
                break;
            case 3 when mine.Length > 0 && Dice.Chance(0.2):
                await TellAsync(_boss, Dice.Pick(mine));
                break;
            case > 8 when mine.Length > 0:
                await TellAsync(worker, Dice.Chance(0.7) ? mine[^1] : Dice.Pick(mine));
                break;
            default:
                await ReceiveAsync(worker);
                break;
        }
    }

    private async Task ReceiveAsync(Supervisor worker)
    {
        var deliveries = await worker.ReceiveAnyAsync();
        foreach (var delivery in deliveries)
        {
            using var json = JsonDocument.Parse(delivery.Message);
            var content = json.RootElement.GetProperty("content");
            if (json.RootElement.GetProperty("message_type").GetString() == "task_assignment")
            {
                var job = _jobs[content.GetProperty("task_id").GetString()!];
                var generation = content.TryGetProperty("generation", out var number) ? number.GetInt64() : 1;
                job.NoteAttempt(generation, worker.Name);
                _given.Add((worker, job, generation));
            }
        }

        if (deliveries.Count > 0 && Dice.Chance(0.9))
        {
            await worker.AckAsync(deliveries);
        }
    }

    private async Task TellAsync(Supervisor by, (Supervisor Worker, Job Job, long Generation) given)
    {
        var kind = Dice.Pick<TaskReportKind>(
        [
            TaskReportKind.Acceptance, TaskReportKind.Progress, TaskReportKind.Progress, TaskReportKind.Completion, TaskReportKind.Completion,
            TaskReportKind.Completion, TaskReportKind.Failure, TaskReportKind.Rejection,
        ]);
        var id = World.Ledger.NewId();
        long? generation = Dice.Chance(0.6) ? given.Generation : null;
        var more = kind switch
        {
            TaskReportKind.Progress => ",\"progress\":0.5",
            TaskReportKind.Completion => $",\"result\":\"{id}\"",
            TaskReportKind.Failure => $",\"error\":\"{id}\"",
            TaskReportKind.Rejection => $",\"reason\":\"{id}\"",
            _ => "",
        };
        var message = new Sent
        {
            Id = id,
            Source = by.Name,
            To = Dice.Chance(0.5) ? new Destination(DestinationKind.Supervisor, _boss.Name) : new Destination(DestinationKind.Fabric, Names.MetaSupervisor),
            Type = $"task_{kind.ToString().ToLowerInvariant()}",
            Content = $$"""{"task_id":"{{given.Job.Id}}"{{more}}{{(generation is { } number ? $",\"generation\":{number}" : "")}}}""",
            PassedTo = [_boss.Name],
            IsSurelyPassedOn = true,
        }.Written();
        await SendAsync(by, given.Job.Say(kind, generation, message));
    }

    private async Task SendAsync(Supervisor by, Report report)
    {
        var answer = Dice.Chance(0.5) ? await by.SendAsync(report.Message) : await by.SendUntilKnownAsync(report.Message);
        if (answer.IsDone)
        {
            report.Job.Accepted(report);
        }
    }
}
