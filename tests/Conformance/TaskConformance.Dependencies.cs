using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <content>Tasks that depend on others.</content>
public abstract partial class TaskConformance
{
    [Fact]
    public async Task Assignment_is_held_back_until_every_dependency_has_completed()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var (one, other) = (OrderOf(assigner, assignee), OrderOf(assigner, assignee));
        var last = OrderOf(assigner, assignee, one, other);
        foreach (var order in new[] { one, other, last })
        {
            await CreateAsync(order);
        }

        Assert.Equal(TaskPhase.Waiting, (await GetAsync(last.TaskId)).Phase);
        Assert.Equal(0, (await GetAsync(last.TaskId)).Generation);
        await ReportAsync(assignee, one.TaskId, "task_completion");
        Assert.Equal(TaskPhase.Waiting, (await GetAsync(last.TaskId)).Phase);
        string[] first = [Text(await NextAsync(assignee), "correlation_id"), Text(await NextAsync(assignee), "correlation_id")];
        Assert.Equal(new[] { one.TaskId, other.TaskId }.Order(), first.Order());
        Assert.Empty(await ReceiveAsync(assignee));
        await ReportAsync(assignee, other.TaskId, "task_completion");

        var told = await ToldAsync(assignee, "task_assignment", last.TaskId);
        Assert.Equal(new[] { one.TaskId, other.TaskId }, Names(told["dependencies"]));
        Assert.Equal(TaskPhase.Assigned, (await GetAsync(last.TaskId)).Phase);
    }

    [Fact]
    public async Task Dependency_that_has_completed_already_holds_nothing_back()
    {
        var assignee = await RegisteredAsync();
        var first = OrderOf("planner", assignee);
        await CreateAsync(first);
        await ReportAsync(assignee, first.TaskId, "task_completion");

        Assert.Equal(TaskPhase.Assigned, (await CreateAsync(OrderOf("planner", assignee, first))).Record.Phase);
    }

    [Theory]
    [InlineData("task_failure", """{"error":"broken"}""")]
    [InlineData("task_rejection", "{}")]
    [InlineData("", "")]
    public async Task Dependency_that_fails_is_turned_down_or_called_off_fails_the_task_and_all_that_follow(string type, string content)
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var first = OrderOf("planner", assignee);
        var second = OrderOf(assigner, assignee, first);
        var third = OrderOf("planner", assignee, second);
        foreach (var order in new[] { first, second, third })
        {
            await CreateAsync(order);
        }

        await (type.Length > 0 ? (Task)ReportAsync(assignee, first.TaskId, type, content).AsTask() : CancelAsync(first.TaskId));

        var failed = await Soon(Fabric.Tasks.GetAsync(third.TaskId, Minute));
        Assert.Equal((TaskPhase.Failed, 0L), (failed.Phase, failed.Generation));
        Assert.Equal(TaskPhase.Failed, (await GetAsync(second.TaskId)).Phase);
        var told = await ToldAsync(assigner, "task_failure", second.TaskId);
        Assert.Equal("dependency_failed", (string?)told["error_code"]);
        Assert.Equal("dependency_failed", (string?)Json(failed.WriteTo)["error_code"]);
    }

    [Fact]
    public async Task Dependency_that_timed_out_fails_the_task()
    {
        var assignee = await RegisteredAsync();
        var first = OrderOf("planner", assignee) with { TimeoutMs = 1_000 };
        var second = OrderOf("planner", assignee, first);
        await CreateAsync(first);
        await CreateAsync(second);

        var waiting = Soon(Fabric.Tasks.GetAsync(second.TaskId, Minute));

        Assert.Equal(TaskPhase.Failed, (await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1))).Phase);
    }

    [Fact]
    public async Task Order_that_depends_on_what_has_failed_fails_at_once()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var first = OrderOf("planner", assignee);
        await CreateAsync(first);
        await CancelAsync(first.TaskId);
        var second = OrderOf(assigner, assignee, first);

        var (created, record) = await CreateAsync(second);

        Assert.Equal((true, TaskPhase.Failed), (created, record.Phase));
        Assert.Equal("dependency_failed", (string?)(await ToldAsync(assigner, "task_failure", second.TaskId))["error_code"]);
    }

    [Fact]
    public async Task Unknown_dependency_and_the_task_itself_are_a_validation_error_and_leave_no_task()
    {
        var assignee = await RegisteredAsync();
        var known = OrderOf("planner", assignee);
        await CreateAsync(known);
        var task = NewName("task");
        var order = OrderOf("planner", assignee) with { TaskId = task, Dependencies = [known.TaskId, NewName("task"), task] };

        var fault = await RefusedAsync(ErrorCode.Validation, () => CreateAsync(order));

        Assert.Equal(["/dependencies/1", "/dependencies/2"], fault.Problems.Select(problem => problem.Path));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => GetAsync(task));
        var assignment = Assignment("planner", assignee, task);
        assignment["content"]!["dependencies"] = new System.Text.Json.Nodes.JsonArray(known.TaskId, NewName("task"));
        var byMessage = await RefusedAsync(ErrorCode.Validation, SendAsync(assignment));
        Assert.Equal(["/content/dependencies/1"], byMessage.Problems.Select(problem => problem.Path));
        Assert.Equal(Text(assignment, "id"), byMessage.SourceMessageId);
    }

    [Fact]
    public async Task Timeout_of_a_held_back_task_runs_from_its_assignment()
    {
        var assignee = await RegisteredAsync();
        var first = OrderOf("planner", assignee);
        var second = OrderOf("planner", assignee, first) with { TimeoutMs = 5_000 };
        await CreateAsync(first);
        await CreateAsync(second);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(TaskPhase.Waiting, (await GetAsync(second.TaskId)).Phase);

        await ReportAsync(assignee, first.TaskId, "task_completion");
        await InPhaseAsync(second.TaskId, TaskPhase.Assigned);
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(4_999));
        Assert.Equal(TaskPhase.Assigned, (await GetAsync(second.TaskId)).Phase);
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal(TaskPhase.TimedOut, (await GetAsync(second.TaskId)).Phase);
    }

    [Fact]
    public async Task Held_back_assignment_arrives_as_it_was_sent_and_its_ttl_runs_from_its_release()
    {
        var (assigner, assignee, task) = (await RegisteredAsync(), await RegisteredAsync(), NewName("task"));
        var first = OrderOf("planner", assignee);
        await CreateAsync(first);
        await NextAsync(assignee);
        var assignment = Assignment(assigner, assignee, task);
        assignment["content"]!["dependencies"] = new System.Text.Json.Nodes.JsonArray(first.TaskId);
        assignment["ttl"] = 2_000;
        await SendAsync(assignment);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(await ReceiveAsync(assignee));
        await RestartAsync();

        await ReportAsync(assignee, first.TaskId, "task_completion");

        var delivery = await ReceiveOneAsync(assignee);
        Assert.Equal(Bytes(assignment), delivery.Message.ToArray());
        await Mailbox(assignee).NackAsync(new NackRequest([delivery.Receipt]));
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Empty(await ReceiveAsync(assignee));
        Assert.Equal(ErrorCode.MessageTimeout.WireName(), (string?)(await NextAsync(assigner))["content"]!["error_code"]);
    }

    [Fact]
    public async Task Graph_of_tasks_goes_on_over_restarts_and_nothing_starts_before_what_it_depends_on()
    {
        var assignee = await RegisteredAsync();
        var layers = new List<TaskOrder[]>();
        for (var layer = 0; layer < 3; layer++)
        {
            var before = layer == 0 ? [] : layers[layer - 1];
            layers.Add([.. Enumerable.Range(0, 4).Select(_ => OrderOf("planner", assignee, before))]);
            foreach (var order in layers[layer])
            {
                await CreateAsync(order);
            }
        }

        foreach (var layer in layers)
        {
            await RestartAsync();
            var assigned = new List<string>();
            while (assigned.Count < layer.Length)
            {
                assigned.Add(Text(await NextAsync(assignee), "correlation_id"));
            }

            Assert.Equal(layer.Select(order => order.TaskId).Order(), assigned.Order());
            Assert.Empty(await ReceiveAsync(assignee));
            await Task.WhenAll(assigned.Select(task => ReportAsync(assignee, task, "task_completion").AsTask()));
        }
    }

    [Fact]
    public async Task Dependent_that_is_ordered_while_its_dependency_ends_learns_of_it()
    {
        var assignee = await RegisteredAsync();
        for (var round = 0; round < 15; round++)
        {
            var first = OrderOf("planner", assignee);
            await CreateAsync(first);
            var second = OrderOf("planner", assignee, first);

            var completion = Task.Run(() => ReportAsync(assignee, first.TaskId, "task_completion").AsTask());
            await CreateAsync(second);
            await completion;

            await InPhaseAsync(second.TaskId, TaskPhase.Assigned);
            await Mailbox(assignee).ReceiveAsync(new ReceiveRequest { AutoAck = true, Max = 100 });
        }
    }

    [Fact]
    public async Task Assignee_that_died_before_its_task_was_released_fails_it()
    {
        var (assigner, assignee, mortal) = (await RegisteredAsync(), await RegisteredAsync(), await MortalAsync());
        var first = OrderOf("planner", assignee);
        var second = OrderOf(assigner, mortal, first);
        await CreateAsync(first);
        await CreateAsync(second);
        await DieAsync(mortal);
        Assert.Equal(TaskPhase.Waiting, (await GetAsync(second.TaskId)).Phase);

        await ReportAsync(assignee, first.TaskId, "task_completion");

        await InPhaseAsync(second.TaskId, TaskPhase.Failed);
        Assert.Equal("assignee_lost", (string?)(await ToldAsync(assigner, "task_failure", second.TaskId))["error_code"]);
    }
}
