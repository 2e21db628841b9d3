using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Hms.Simulation.Checks;

namespace Hms.Simulation.Workloads;

/// <content>What must hold when all is over.</content>
internal sealed partial class TaskWorkload
{
    private const int PageMax = 1_000;
    private const int LooksMax = 5;

    /// <summary>Each task has ended, or waits for nothing but a worker who is there; the list says the same as the tasks.</summary>
    public override async Task CheckEndAsync()
    {
        await LookAtAllAsync();
        foreach (var job in _jobs.Values.Where(job => job is { IsKnown: true, Final: null }))
        {
            await CheckMayGoOnAsync(job, _records[job.Id]);
        }

        foreach (var job in _jobs.Values.Where(job => job is { IsKnown: true, Final: null }))
        {
            await CallOffAsync(job, null);
        }

        await World.Scheduler.DelayAsync(Settling, _boss.Client.Context);
        await LookAtAllAsync();
        if (_jobs.Values.FirstOrDefault(job => job is { IsKnown: true, Final: null }) is { } endless)
        {
            World.Fail($"the task {endless.Id} never ends");
        }

        foreach (var phase in TaskPhases.All)
        {
            await CheckListAsync(new TaskQuery { Phase = phase, Limit = PageMax });
        }

        foreach (var worker in _workers)
        {
            await CheckListAsync(new TaskQuery { Assignee = worker.Name, Limit = PageMax });

            // All that is in the mailbox can be looked into only while it is open.
            await worker.RegisterAsync();
        }
    }

    private async Task LookAtAllAsync()
    {
        foreach (var job in _jobs.Values)
        {
            if (await LookAsync(_boss, job, TimeSpan.Zero) is { } record)
            {
                _records[job.Id] = record;
            }
        }
    }

    private async Task CheckMayGoOnAsync(Job job, TaskRecord record)
    {
        if (record.Phase == TaskPhase.Waiting)
        {
            if (record.Order.Dependencies.All(dependency => _jobs[dependency].Final is not null))
            {
                World.Fail($"the task {job.Id} waits for nothing, for ever");
            }

            return;
        }

        var assignee = await _boss.LookAtAsync(record.Assignee);
        for (var tries = 1; assignee.IsUnknown && tries < LooksMax; tries++)
        {
            // What was in memory was overtaken elsewhere, and is read anew.
            assignee = await _boss.LookAtAsync(record.Assignee);
        }

        if (job.Order.TimeoutMs is not null || assignee is not { IsDone: true, Value.Liveness: Liveness.Alive })
        {
            World.Fail($"the task {job.Id} is {record.Phase} for ever, with {record.Assignee}");
        }
    }

    private async Task CheckListAsync(TaskQuery query)
    {
        var answer = await _boss.Client.AskUntilKnownAsync("list tasks", (fabric, stopped) => fabric.Tasks.ListAsync(query, stopped));
        var listed = answer.IsDone ? answer.Value.Items.Select(record => record.Order.TaskId).ToHashSet() : [];
        foreach (var (id, record) in _records)
        {
            var fits = (query.Phase is null || record.Phase == query.Phase) && (query.Assignee is null || record.Assignee == query.Assignee);
            if (listed.Contains(id) != fits)
            {
                World.Fail($"the task {id} is {record.Phase} with {record.Assignee}; in the list of {query.Phase}{query.Assignee}: {listed.Contains(id)}");
            }
        }
    }
}
