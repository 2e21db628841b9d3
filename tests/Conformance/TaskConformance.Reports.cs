using System.Text;
using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <content>What the assignee says, and how a task ends.</content>
public abstract partial class TaskConformance
{
    [Fact]
    public async Task Reports_move_the_task_and_reach_the_assigner_as_they_were_sent()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);
        JsonObject[] reports =
        [
            Report(assignee, order.TaskId, "task_acceptance", """{"accepted_at":"2026-01-02T03:04:05Z"}"""),
            Report(assignee, order.TaskId, "task_progress", """{"progress":0.5,"status":"half","x":1.50}"""),
            Report(assignee, order.TaskId, "task_completion", """{"result":{"n":1.50}}"""),
        ];
        var phases = new List<(TaskPhase, double)>();

        foreach (var report in reports)
        {
            await SendAsync(report);
            var record = await GetAsync(order.TaskId);
            phases.Add((record.Phase, record.Progress));
            Assert.Equal(Encoding.UTF8.GetString(Bytes(report)), Encoding.UTF8.GetString((await ReceiveOneAsync(assigner)).Message.Span));
        }

        Assert.Equal([(TaskPhase.Accepted, 0d), (TaskPhase.Running, 0.5), (TaskPhase.Completed, 1d)], phases);
        Assert.Equal("""{"n":1.50}""", Encoding.UTF8.GetString((await GetAsync(order.TaskId)).Result.Span));
    }

    [Theory]
    [InlineData("task_progress", """{"progress":0.5}""", TaskPhase.Running)]
    [InlineData("task_completion", "{}", TaskPhase.Completed)]
    [InlineData("task_failure", """{"error":"broken"}""", TaskPhase.Failed)]
    public async Task Progress_completion_and_failure_imply_acceptance(string type, string content, TaskPhase phase)
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee);
        await CreateAsync(order);

        await ReportAsync(assignee, order.TaskId, type, content);

        Assert.Equal(phase, (await GetAsync(order.TaskId)).Phase);
    }

    [Theory]
    [InlineData("""{"result":{"n":1}}""", """{"n":1}""")]
    [InlineData("""{"result":null,"n":1}""", "null")]
    [InlineData("""{"n":1}""", """{"n":1}""")]
    [InlineData("7", "7")]
    [InlineData("[1]", "[1]")]
    public async Task Result_is_the_member_result_of_the_content_else_the_content(string content, string result)
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee);
        await CreateAsync(order);

        await ReportAsync(assignee, order.TaskId, "task_completion", content);

        Assert.Equal(result, Encoding.UTF8.GetString((await GetAsync(order.TaskId)).Result.Span));
    }

    [Fact]
    public async Task Completion_names_its_task_in_its_content_before_its_correlation_id()
    {
        var assignee = await RegisteredAsync();
        var (one, other) = (OrderOf("planner", assignee), OrderOf("planner", assignee));
        await CreateAsync(one);
        await CreateAsync(other);
        var report = Report(assignee, other.TaskId, "task_completion", "{}");
        report["content"]!["task_id"] = one.TaskId;

        await SendAsync(report);

        Assert.Equal(TaskPhase.Completed, (await GetAsync(one.TaskId)).Phase);
        Assert.Equal(TaskPhase.Assigned, (await GetAsync(other.TaskId)).Phase);
    }

    [Fact]
    public async Task Failure_and_rejection_say_why()
    {
        var assignee = await RegisteredAsync();
        var (failed, rejected) = (OrderOf("planner", assignee), OrderOf("planner", assignee));
        await CreateAsync(failed);
        await CreateAsync(rejected);

        await ReportAsync(assignee, failed.TaskId, "task_failure", """{"error":"broken","error_code":"E7"}""");
        await ReportAsync(assignee, rejected.TaskId, "task_rejection", """{"reason":"busy"}""");

        var (one, other) = (Json((await GetAsync(failed.TaskId)).WriteTo), Json((await GetAsync(rejected.TaskId)).WriteTo));
        Assert.Equal(("failed", "broken", "E7"), (Text(one, "state"), Text(one, "error"), Text(one, "error_code")));
        Assert.Equal(("rejected", "busy"), (Text(other, "state"), Text(other, "error")));
    }

    [Fact]
    public async Task Report_that_was_sent_to_a_third_reaches_it_and_the_assigner()
    {
        var (assigner, assignee, third) = (await RegisteredAsync(), await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);
        var report = Report(assignee, order.TaskId, "task_progress", """{"progress":0.5}""", third);
        var direct = Report(assignee, order.TaskId, "task_completion", "{}", assigner);

        await SendAsync(report);
        await SendAsync(direct);

        Assert.Equal(Text(report, "id"), IdOf(await ReceiveOneAsync(third)));
        Assert.Equal(Text(report, "id"), Text(await NextAsync(assigner), "id"));
        Assert.Equal(Text(direct, "id"), Text(await NextAsync(assigner), "id"));
        Assert.Empty(await ReceiveAsync(assigner));
    }

    [Fact]
    public async Task Report_by_anybody_but_the_assignee_is_forbidden_and_not_passed_on()
    {
        var (assigner, assignee, stranger) = (await RegisteredAsync(), await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);

        foreach (var source in new[] { stranger, assigner })
        {
            var report = Report(source, order.TaskId, "task_completion", "{}", assigner);
            Assert.Equal(Text(report, "id"), (await RefusedAsync(ErrorCode.Forbidden, SendAsync(report))).SourceMessageId);
        }

        Assert.Equal(TaskPhase.Assigned, (await GetAsync(order.TaskId)).Phase);
        var last = Report(assignee, order.TaskId, "task_completion", "{}");
        await SendAsync(last);
        Assert.Equal(Text(last, "id"), IdOf(await ReceiveOneAsync(assigner)));
    }

    [Fact]
    public async Task Generation_of_a_report_must_be_the_current_one_where_it_is_given()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee);
        await CreateAsync(order);

        foreach (var stale in (long[])[0, 2])
        {
            var fault = await RefusedAsync(
                ErrorCode.Conflict, ReportAsync(assignee, order.TaskId, "task_completion", $$"""{"generation":{{stale}}}"""));
            Assert.Equal(1, (long?)RecordIn(fault)["generation"]);
        }

        await ReportAsync(assignee, order.TaskId, "task_completion", """{"generation":1}""");
        Assert.Equal(TaskPhase.Completed, (await GetAsync(order.TaskId)).Phase);
    }

    [Fact]
    public async Task Nothing_moves_a_task_that_has_ended()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);
        await ReportAsync(assignee, order.TaskId, "task_completion", """{"result":1}""");

        foreach (var (type, content) in new[]
        {
            ("task_acceptance", "{}"), ("task_rejection", "{}"), ("task_progress", "{}"), ("task_completion", "2"), ("task_failure", """{"error":"x"}"""),
        })
        {
            var fault = await RefusedAsync(ErrorCode.Conflict, ReportAsync(assignee, order.TaskId, type, content));
            Assert.Equal("completed", Text(RecordIn(fault), "state"));
        }

        Assert.Equal("completed", Text(RecordIn(await RefusedAsync(ErrorCode.Conflict, () => CancelAsync(order.TaskId))), "state"));
        Assert.Equal("1", Encoding.UTF8.GetString((await GetAsync(order.TaskId)).Result.Span));
        await NextAsync(assigner);
        Assert.Empty(await ReceiveAsync(assigner));
    }

    [Fact]
    public async Task Repeated_report_is_a_duplicate_and_reaches_the_assigner_once_also_over_a_restart()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);
        var report = Report(assignee, order.TaskId, "task_completion", "{}");
        Assert.False((await SendAsync(report)).Duplicate);

        Assert.True((await SendAsync(report)).Duplicate);
        await RestartAsync();
        Assert.True((await SendAsync(report)).Duplicate);
        report["content"] = 2;
        await RefusedAsync(ErrorCode.Conflict, SendAsync(report));

        Assert.Equal(Text(report, "id"), Text(await NextAsync(assigner), "id"));
        Assert.Empty(await ReceiveAsync(assigner));
    }

    [Fact]
    public async Task Report_of_an_unknown_task_is_an_ordinary_message()
    {
        var (from, to, task) = (await RegisteredAsync(), await RegisteredAsync(), NewName("task"));
        foreach (var (type, content) in new[] { ("task_progress", "{}"), ("task_completion", "{}"), ("task_cancellation", "{}") })
        {
            var report = Report(from, task, type, content, to);

            Assert.False((await SendAsync(report)).Duplicate);

            Assert.Equal(Bytes(report), (await ReceiveOneAsync(to)).Message.ToArray());
        }

        await using var refused = await AskAsync(Report(from, task, "task_completion", "{}"));
        Assert.Equal(ErrorCode.DestinationNotFound, refused.Error?.Code);
    }

    [Fact]
    public async Task Request_that_assigns_a_task_is_answered_by_the_acceptance()
    {
        var (assigner, assignee, task) = (await RegisteredAsync(), await RegisteredAsync(), NewName("task"));
        var request = Assignment(assigner, assignee, task);
        var asked = AskAsync(request);
        await ReceiveOneAsync(assignee);
        var acceptance = Report(assignee, task, "task_acceptance", "{}", assigner);
        acceptance["correlation_id"] = Text(request, "id");

        await SendAsync(acceptance);

        await using var reply = await asked;
        Assert.Equal(Bytes(acceptance), reply.Message.ToArray());
        Assert.Equal(TaskPhase.Accepted, (await GetAsync(task)).Phase);
    }

    [Fact]
    public async Task Compressed_report_moves_the_task_and_answers_the_request_as_it_was_sent()
    {
        var (assigner, assignee, task) = (await RegisteredAsync(), await RegisteredAsync(), NewName("task"));
        var request = Assignment(assigner, assignee, task);
        var asked = AskAsync(request);
        await ReceiveOneAsync(assignee);
        var inner = Report(assignee, task, "task_acceptance", "{}", assigner);
        inner["correlation_id"] = Text(request, "id");
        var outer = Compressed(inner);
        outer.Remove("correlation_id");

        await SendAsync(outer);

        Assert.Equal(TaskPhase.Accepted, (await GetAsync(task)).Phase);
        await using var reply = await asked;
        Assert.Equal(Bytes(outer), reply.Message.ToArray());
    }

    [Fact]
    public async Task Reports_in_a_batch_move_their_tasks_in_the_order_sent()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee);
        await CreateAsync(order);
        var reports = new List<JsonObject> { Report(assignee, order.TaskId, "task_acceptance", "{}") };
        reports.AddRange(Enumerable.Range(1, 9).Select(i => Report(assignee, order.TaskId, "task_progress", $$"""{"progress":0.{{i}}}""")));
        reports.Add(Report(assignee, order.TaskId, "task_completion", "{}"));
        reports.Add(Report(assignee, order.TaskId, "task_progress", """{"progress":0.1}"""));

        var receipt = await SendAsync(Batch(assignee, [.. reports]));

        Assert.Equal(ErrorCode.Conflict, receipt.Results![^1].Fault?.Code);
        Assert.All(receipt.Results!.SkipLast(1), result => Assert.Null(result.Fault));
        foreach (var report in reports.SkipLast(1))
        {
            Assert.Equal(Text(report, "id"), Text(await NextAsync(assigner), "id"));
        }
    }

    [Fact]
    public async Task Waiting_for_the_end_returns_when_the_task_ends_or_the_wait_is_over()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee);
        await CreateAsync(order);

        var inVain = Soon(Fabric.Tasks.GetAsync(order.TaskId, TimeSpan.FromSeconds(10)));
        Assert.Equal(TaskPhase.Assigned, (await AdvanceUntilAsync(inVain, TimeSpan.FromSeconds(1))).Phase);
        var waiting = Enumerable.Range(0, 3).Select(_ => Soon(Fabric.Tasks.GetAsync(order.TaskId, Minute))).ToArray();
        await ReportAsync(assignee, order.TaskId, "task_progress");
        Assert.All(waiting, one => Assert.False(one.IsCompleted));
        await ReportAsync(assignee, order.TaskId, "task_completion");

        Assert.All(await Task.WhenAll(waiting), record => Assert.Equal(TaskPhase.Completed, record.Phase));
        Assert.Equal(TaskPhase.Completed, (await Soon(Fabric.Tasks.GetAsync(order.TaskId, Minute))).Phase);
    }
}
