using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <content>Attempts, and the assignee that is lost.</content>
public abstract partial class TaskConformance
{
    [Fact]
    public async Task Failure_is_followed_by_further_attempts_up_to_the_limit_each_of_its_own_generation()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee) with { Retry = new TaskRetry(3, Reassign: false) };
        await CreateAsync(order);

        for (var attempt = 1L; attempt <= 3; attempt++)
        {
            Assert.Equal(attempt, (long?)(await ToldAsync(assignee, "task_assignment", order.TaskId))["generation"]);
            Assert.Equal((TaskPhase.Assigned, attempt), PhaseOf(await GetAsync(order.TaskId)));
            await ReportAsync(assignee, order.TaskId, "task_failure", $$"""{"error":"broken","generation":{{attempt}}}""");
            Assert.Equal("task_failure", Text(await NextAsync(assigner), "message_type"));
        }

        var record = await GetAsync(order.TaskId);
        Assert.Equal((TaskPhase.Failed, 3L), PhaseOf(record));
        Assert.Single(record.History, happened => happened.Phase.IsFinal());
    }

    [Fact]
    public async Task Late_report_of_an_earlier_attempt_is_refused()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee) with { Retry = new TaskRetry(2, Reassign: false) };
        await CreateAsync(order);
        await ReportAsync(assignee, order.TaskId, "task_failure", """{"error":"broken","generation":1}""");
        await EventuallyAsync(() => GetAsync(order.TaskId), record => record.Generation == 2);

        await RefusedAsync(ErrorCode.Conflict, ReportAsync(assignee, order.TaskId, "task_completion", """{"generation":1}"""));
        await ReportAsync(assignee, order.TaskId, "task_completion", """{"generation":2}""");

        Assert.Equal(TaskPhase.Completed, (await GetAsync(order.TaskId)).Phase);
    }

    [Fact]
    public async Task Death_of_the_assignee_fails_the_task_where_it_may_not_be_reassigned()
    {
        var (assigner, mortal) = (await RegisteredAsync(), await MortalAsync());
        var order = OrderOf(assigner, mortal) with { Retry = new TaskRetry(5, Reassign: false) };
        await CreateAsync(order);
        var waiting = Soon(Fabric.Tasks.GetAsync(order.TaskId, Minute));

        var record = await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1));

        Assert.Equal(TaskPhase.Failed, record.Phase);
        var told = await ToldAsync(assigner, "task_failure", order.TaskId);
        Assert.Equal((assigner, mortal, "assignee_lost"), ((string?)told["assigner"], (string?)told["assignee"], (string?)told["error_code"]));
        var heard = new List<string>();
        while (heard.Count < 3)
        {
            heard.Add(Text(await NextAsync(mortal), "message_type"));
        }

        Assert.Equal(["supervisor_status_request", "task_assignment", "task_cancellation"], heard.Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Task_of_one_that_is_lost_goes_to_another_living_one_with_a_capability_in_common(bool dies)
    {
        var (skill, assigner) = (NewName("skill"), await RegisteredAsync());
        var mortal = await MortalAsync(skill, "other");
        var (heir, stranger) = (await RegisteredAsync(TimeSpan.FromHours(1), skill), await RegisteredAsync(TimeSpan.FromHours(1), "nothing"));
        var order = OrderOf(assigner, mortal) with { Retry = new TaskRetry(2, Reassign: true), Parameters = """{"n":1}"""u8.ToArray() };
        await CreateAsync(order);
        await ReportAsync(mortal, order.TaskId, "task_progress", """{"progress":0.5}""");
        await NextAsync(assigner);

        await (dies ? DieAsync(mortal) : Fabric.Supervisors.DeregisterAsync(mortal).AsTask());

        var told = await ToldAsync(heir, "task_assignment", order.TaskId);
        Assert.Equal((assigner, 2L, 1), ((string?)told["assigner"], (long?)told["generation"], (int?)told["parameters"]!["n"]));
        var record = await GetAsync(order.TaskId);
        Assert.Equal((heir, TaskPhase.Assigned, 2L, 0d), (record.Assignee, record.Phase, record.Generation, record.Progress));
        await RefusedAsync(ErrorCode.Forbidden, ReportAsync(mortal, order.TaskId, "task_completion"));
        await RefusedAsync(ErrorCode.Conflict, ReportAsync(mortal, order.TaskId, "task_completion", """{"generation":1}"""));
        await ReportAsync(heir, order.TaskId, "task_completion");
        Assert.Equal("task_completion", Text(await NextAsync(assigner), "message_type"));
        Assert.Empty(await ReceiveAsync(stranger));
    }

    [Fact]
    public async Task Role_in_common_is_enough_to_take_over()
    {
        var role = NewName("role");
        var (first, heir) = (NewName("worker"), NewName("worker"));
        foreach (var id in new[] { first, heir })
        {
            await Fabric.Supervisors.RegisterAsync(id, new Registration("test") { Roles = [role] });
        }

        var order = OrderOf("planner", first) with { Retry = new TaskRetry(2, Reassign: true) };
        await CreateAsync(order);

        await ReportAsync(first, order.TaskId, "task_rejection", """{"reason":"busy"}""");

        Assert.Equal(2, (long?)(await ToldAsync(heir, "task_assignment", order.TaskId))["generation"]);
    }

    [Fact]
    public async Task Task_that_nobody_else_can_do_fails_when_its_assignee_is_lost()
    {
        var (assigner, mortal) = (await RegisteredAsync(), await MortalAsync(NewName("skill")));
        var order = OrderOf(assigner, mortal) with { Retry = new TaskRetry(3, Reassign: true) };
        await CreateAsync(order);

        await Fabric.Supervisors.DeregisterAsync(mortal);

        await InPhaseAsync(order.TaskId, TaskPhase.Failed);
        Assert.Equal("assignee_lost", (string?)(await ToldAsync(assigner, "task_failure", order.TaskId))["error_code"]);
    }

    [Fact]
    public async Task Attempts_that_were_used_up_are_not_exceeded_by_reassignment()
    {
        var skill = NewName("skill");
        var workers = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            workers.Add(await RegisteredAsync(TimeSpan.FromHours(1), skill));
        }

        var order = OrderOf("planner", workers[0]) with { Retry = new TaskRetry(2, Reassign: true) };
        await CreateAsync(order);

        await Fabric.Supervisors.DeregisterAsync(workers[0]);
        var second = await EventuallyAsync(() => GetAsync(order.TaskId), record => record.Generation == 2);
        Assert.Contains(second.Assignee, workers.Skip(1));
        await Fabric.Supervisors.DeregisterAsync(second.Assignee);

        Assert.Equal((TaskPhase.Failed, 2L), PhaseOf(await InPhaseAsync(order.TaskId, TaskPhase.Failed)));
    }

    [Fact]
    public async Task Restart_of_the_assignee_loses_its_task_though_it_is_alive()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee);
        await CreateAsync(order);

        await Fabric.Supervisors.RegisterAsync(assignee, new Registration("test") { Restart = true });

        await InPhaseAsync(order.TaskId, TaskPhase.Failed);
        await RefusedAsync(ErrorCode.Conflict, ReportAsync(assignee, order.TaskId, "task_completion"));
    }

    [Fact]
    public async Task Dead_assignee_gets_no_task()
    {
        var (assigner, mortal) = (await RegisteredAsync(), await MortalAsync());
        await DieAsync(mortal);
        var order = OrderOf(assigner, mortal);

        await CreateAsync(order);

        await InPhaseAsync(order.TaskId, TaskPhase.Failed);
        Assert.Equal("assignee_lost", (string?)(await ToldAsync(assigner, "task_failure", order.TaskId))["error_code"]);
    }

    [Fact]
    public async Task Session_of_the_assignee_is_watched_also_after_a_restart()
    {
        var mortal = await MortalAsync();
        var order = OrderOf("planner", mortal);
        await CreateAsync(order);

        await RestartAsync();

        await AdvanceUntilAsync(() => GetAsync(order.TaskId), record => record.Phase == TaskPhase.Failed, TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task Attempt_that_was_begun_goes_on_over_a_restart_and_so_does_the_count()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee) with { Retry = new TaskRetry(2, Reassign: false) };
        await CreateAsync(order);
        await ReportAsync(assignee, order.TaskId, "task_failure", """{"error":"broken"}""");
        await EventuallyAsync(() => GetAsync(order.TaskId), record => record.Generation == 2);

        await RestartAsync();

        await RefusedAsync(ErrorCode.Conflict, ReportAsync(assignee, order.TaskId, "task_failure", """{"error":"late","generation":1}"""));
        await ReportAsync(assignee, order.TaskId, "task_failure", """{"error":"broken again","generation":2}""");
        Assert.Equal((TaskPhase.Failed, 2L), PhaseOf(await GetAsync(order.TaskId)));
    }

    private static (TaskPhase Phase, long Generation) PhaseOf(TaskRecord record) => (record.Phase, record.Generation);
}
