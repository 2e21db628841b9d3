using System.Text;
using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <content>Calling off, timing out, and what races with them.</content>
public abstract partial class TaskConformance
{
    [Fact]
    public async Task Cancellation_ends_the_task_and_reaches_the_assignee()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);
        await NextAsync(assignee);

        var record = await CancelAsync(order.TaskId, reason: "no longer needed");

        Assert.Equal(TaskPhase.Cancelled, record.Phase);
        Assert.Equal((assigner, "no longer needed"), (record.History[^1].By, record.History[^1].Reason));
        var told = await ToldAsync(assignee, "task_cancellation", order.TaskId);
        Assert.Equal((order.TaskId, assigner, "no longer needed"), ((string?)told["task_id"], (string?)told["assigner"], (string?)told["reason"]));
        Assert.Equal(1, (long?)told["generation"]);
        Assert.Empty(await ReceiveAsync(assigner));
    }

    [Fact]
    public async Task Cancellation_by_another_is_told_to_the_assigner_too()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);

        await CancelAsync(order.TaskId, by: "operator");

        var told = await ToldAsync(assigner, "task_cancellation", order.TaskId);
        Assert.Equal("operator", (string?)told["by"]);
        await NextAsync(assignee);
        Assert.Equal("operator", (string?)(await ToldAsync(assignee, "task_cancellation", order.TaskId))["by"]);
    }

    [Fact]
    public async Task Cancellation_goes_by_message_of_the_assigner_and_of_nobody_else()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);
        await NextAsync(assignee);
        var forged = Report("stranger", order.TaskId, "task_cancellation", """{"reason":"spite"}""", assignee);
        var cancellation = Report(assigner, order.TaskId, "task_cancellation", """{"reason":"no longer needed", "x":1.50}""", assignee);

        await RefusedAsync(ErrorCode.Forbidden, SendAsync(forged));
        Assert.False((await SendAsync(cancellation)).Duplicate);

        Assert.Equal(TaskPhase.Cancelled, (await GetAsync(order.TaskId)).Phase);
        Assert.Equal(Encoding.UTF8.GetString(Bytes(cancellation)), Encoding.UTF8.GetString((await ReceiveOneAsync(assignee)).Message.Span));
        Assert.True((await SendAsync(cancellation)).Duplicate);
    }

    [Fact]
    public async Task Cancellation_that_is_sent_to_the_meta_supervisor_reaches_the_assignee()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);
        await NextAsync(assignee);

        await ReportAsync(assigner, order.TaskId, "task_cancellation", """{"reason":"no longer needed"}""");

        var told = await NextAsync(assignee);
        Assert.Equal("task_cancellation", Text(told, "message_type"));
        Assert.Equal(order.TaskId, Text(told, "correlation_id"));
    }

    [Fact]
    public async Task Cancelled_task_that_was_held_back_is_not_told_to_its_assignee()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var first = OrderOf(assigner, assignee);
        var second = OrderOf(assigner, assignee, first);
        await CreateAsync(first);
        await CreateAsync(second);

        await CancelAsync(second.TaskId);
        await ReportAsync(assignee, first.TaskId, "task_completion");

        Assert.Equal(TaskPhase.Cancelled, (await GetAsync(second.TaskId)).Phase);
        Assert.Equal(first.TaskId, Text(await NextAsync(assignee), "correlation_id"));
        Assert.Empty(await ReceiveAsync(assignee));
    }

    [Fact]
    public async Task Of_a_completion_and_a_cancellation_that_race_one_wins_and_the_other_gets_a_conflict_with_the_record()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        for (var round = 0; round < 20; round++)
        {
            var order = OrderOf(assigner, assignee);
            await CreateAsync(order);

            var completion = Task.Run(() => TriedAsync(ReportAsync(assignee, order.TaskId, "task_completion").AsTask()));
            var cancellation = Task.Run(() => TriedAsync(CancelAsync(order.TaskId)));
            var faults = await Task.WhenAll(completion, cancellation);

            var record = await GetAsync(order.TaskId);
            Assert.Equal(faults[0] is null ? TaskPhase.Completed : TaskPhase.Cancelled, record.Phase);
            var lost = Assert.Single(faults, fault => fault is not null)!;
            Assert.Equal((ErrorCode.Conflict, record.Phase.WireName()), (lost.Code, Text(RecordIn(lost), "state")));
            Assert.Single(record.History, happened => happened.Phase.IsFinal());
            await Mailbox(assigner).ReceiveAsync(new ReceiveRequest { AutoAck = true, Max = 100 });
            await Mailbox(assignee).ReceiveAsync(new ReceiveRequest { AutoAck = true, Max = 100 });
        }
    }

    [Fact]
    public async Task Of_many_completions_that_race_the_one_that_was_accepted_is_the_result()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee);
        await CreateAsync(order);

        var faults = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(i => Task.Run(() => TriedAsync(ReportAsync(assignee, order.TaskId, "task_completion", $"{i}").AsTask()))));

        var won = Assert.Single(Enumerable.Range(0, 10), i => faults[i] is null);
        Assert.Equal($"{won}", Encoding.UTF8.GetString((await GetAsync(order.TaskId)).Result.Span));
    }

    [Fact]
    public async Task Task_of_which_nothing_is_heard_in_time_has_timed_out_and_assigner_and_assignee_are_told()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee) with { TimeoutMs = 5_000 };
        await CreateAsync(order);
        await NextAsync(assignee);
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(4_999));
        Assert.Equal(TaskPhase.Assigned, (await GetAsync(order.TaskId)).Phase);

        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal(TaskPhase.TimedOut, (await GetAsync(order.TaskId)).Phase);
        var told = await ToldAsync(assigner, "task_failure", order.TaskId);
        Assert.Equal((assigner, assignee, "timed_out"), ((string?)told["assigner"], (string?)told["assignee"], (string?)told["error_code"]));
        Assert.Equal(order.TaskId, (string?)(await ToldAsync(assignee, "task_cancellation", order.TaskId))["task_id"]);
        await RefusedAsync(ErrorCode.Conflict, ReportAsync(assignee, order.TaskId, "task_completion"));
    }

    [Fact]
    public async Task Whoever_waits_for_a_task_is_told_when_it_times_out()
    {
        var order = OrderOf("planner", await RegisteredAsync()) with { TimeoutMs = 5_000 };
        await CreateAsync(order);

        var waiting = Soon(Fabric.Tasks.GetAsync(order.TaskId, Minute));

        Assert.Equal(TaskPhase.TimedOut, (await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1))).Phase);
    }

    [Fact]
    public async Task Progress_begins_the_timeout_anew()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee) with { TimeoutMs = 5_000 };
        await CreateAsync(order);

        for (var step = 0; step < 4; step++)
        {
            await Fixture.AdvanceAsync(TimeSpan.FromSeconds(4));
            await ReportAsync(assignee, order.TaskId, "task_progress");
        }

        Assert.Equal(TaskPhase.Running, (await GetAsync(order.TaskId)).Phase);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(TaskPhase.TimedOut, (await GetAsync(order.TaskId)).Phase);
    }

    [Fact]
    public async Task Timeout_goes_on_over_a_restart()
    {
        var order = OrderOf("planner", await RegisteredAsync()) with { TimeoutMs = 5_000 };
        await CreateAsync(order);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(3));
        await RestartAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1_999));
        Assert.Equal(TaskPhase.Assigned, (await GetAsync(order.TaskId)).Phase);

        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal(TaskPhase.TimedOut, (await GetAsync(order.TaskId)).Phase);
    }

    private static async Task<Fault?> TriedAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (FaultException e)
        {
            return e.Fault;
        }
    }
}
