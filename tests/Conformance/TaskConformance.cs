using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <summary>Tasks (sections 3.2 and 11.1): ordered, handed out, reported on, and ended exactly once.</summary>
public abstract partial class TaskConformance(IFabricFixture fixture) : CoordinationSuite(fixture)
{
    [Fact]
    public async Task Order_makes_a_record_and_an_assignment_that_says_what_is_to_be_done()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee) with
        {
            Parameters = """{ "component_id" : "c1",  "n":1.50 }"""u8.ToArray(),
            Priority = Priority.High,
            TimeoutMs = 60_000,
        };

        var (created, record) = await CreateAsync(order);

        Assert.True(created);
        Assert.Equal((order.TaskId, assigner, assignee), (record.Order.TaskId, record.Order.Assigner, record.Assignee));
        Assert.Equal((TaskPhase.Assigned, 1L, 0d), (record.Phase, record.Generation, record.Progress));
        Assert.Equal(record.CreatedAt + Minute, record.DeadlineAt);
        var message = await NextAsync(assignee);
        Assert.Equal(
            ("task_assignment", Meta, order.TaskId, "high"),
            (Text(message, "message_type"), Text(message, "source"), Text(message, "correlation_id"), Text(message, "priority")));
        Assert.Empty(await Fabric.ValidateAsync(Bytes(message)));
        var content = message["content"]!;
        Assert.Equal((order.TaskId, "recovery", "high"), ((string?)content["task_id"], (string?)content["task_type"], (string?)content["priority"]));
        Assert.Equal((assigner, 60_000L, 1L), ((string?)content["assigner"], (long?)content["timeout"], (long?)content["generation"]));
        Assert.Equal(["component_id", "n"], Members(content["parameters"]!.AsObject()));
    }

    [Fact]
    public async Task Record_is_written_as_the_contract_shows_it()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var order = OrderOf(assigner, assignee) with { Parameters = """{"a":[1.50, null]}"""u8.ToArray(), Retry = new TaskRetry(3, Reassign: true) };
        await CreateAsync(order);
        await ReportAsync(assignee, order.TaskId, "task_completion", """{"result":{"done": 1.0}}""");

        var json = Json((await GetAsync(order.TaskId)).WriteTo);

        Assert.Equal(
            (order.TaskId, assigner, assignee, "completed"),
            (Text(json, "task_id"), Text(json, "assigner"), Text(json, "assignee"), Text(json, "state")));
        Assert.Equal((1d, 1L), ((double?)json["progress"], (long?)json["generation"]));
        Assert.Equal("""{"done":1.0}""", json["result"]!.ToJsonString());
        Assert.Equal("""{"a":[1.50,null]}""", json["parameters"]!.ToJsonString());
        Assert.Equal("""{"max_attempts":3,"reassign":true}""", json["retry"]!.ToJsonString());
        Assert.False(json.ContainsKey("error"));
        var history = json["history"]!.AsArray();
        Assert.Equal(["waiting", "assigned", "completed"], history.Select(happened => (string?)happened!["state"]));
        Assert.Equal([assigner, Meta, assignee], history.Select(happened => (string?)happened!["by"]));
        Assert.All(history, happened => Assert.EndsWith("Z", (string?)happened!["at"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Task_without_a_name_gets_one()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee) with { TaskId = "" };

        var (one, other) = ((await CreateAsync(order)).Record, (await CreateAsync(order)).Record);

        Assert.NotEqual("", one.Order.TaskId);
        Assert.NotEqual(one.Order.TaskId, other.Order.TaskId);
        Assert.Equal(one.Order.TaskId, (await GetAsync(one.Order.TaskId)).Order.TaskId);
    }

    [Fact]
    public async Task The_same_order_again_is_no_second_task_and_another_under_its_name_is_a_conflict()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee);
        await CreateAsync(order);

        var (created, record) = await CreateAsync(order);
        var fault = await RefusedAsync(ErrorCode.Conflict, () => CreateAsync(order with { TaskType = "other" }));

        Assert.False(created);
        Assert.Equal(TaskPhase.Assigned, record.Phase);
        Assert.Equal("recovery", Text(RecordIn(fault), "task_type"));
        await NextAsync(assignee);
        await CancelAsync(order.TaskId);
        Assert.Equal("task_cancellation", Text(await NextAsync(assignee), "message_type"));
    }

    [Fact]
    public async Task Idempotency_key_stands_for_the_name_of_the_task_also_over_a_restart()
    {
        var (assignee, key) = (await RegisteredAsync(), NewName("key"));
        var order = OrderOf("planner", assignee) with { TaskId = "" };
        var first = await Soon(Fabric.Tasks.CreateAsync(order, key));
        await RestartAsync();

        var again = await Soon(Fabric.Tasks.CreateAsync(order, key));
        var named = await Soon(Fabric.Tasks.CreateAsync(OrderOf("planner", assignee), key));

        Assert.Equal((true, false, false), (first.Created, again.Created, named.Created));
        Assert.Equal(first.Record.Order.TaskId, again.Record.Order.TaskId);
        Assert.Equal(first.Record.Order.TaskId, named.Record.Order.TaskId);
        await RefusedAsync(ErrorCode.Conflict, Fabric.Tasks.CreateAsync(order with { TaskType = "other" }, key));
        Assert.True((await Soon(Fabric.Tasks.CreateAsync(order with { Assigner = "another" }, key))).Created);
    }

    [Fact]
    public async Task Two_who_order_the_same_at_once_make_one_task()
    {
        var assignee = await RegisteredAsync();
        var order = OrderOf("planner", assignee);

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CreateAsync(order)));

        Assert.Single(made, creation => creation.Created);
        await NextAsync(assignee);
        await CancelAsync(order.TaskId);
        Assert.Equal("task_cancellation", Text(await NextAsync(assignee), "message_type"));
    }

    [Fact]
    public async Task Assignee_must_be_registered_and_the_assigner_need_not_be()
    {
        var order = OrderOf("planner", NewName("nobody"));

        await RefusedAsync(ErrorCode.DestinationNotFound, () => CreateAsync(order));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => GetAsync(order.TaskId));
        await RefusedAsync(ErrorCode.Validation, () => CreateAsync(order with { Assignee = Meta }));
        await RefusedAsync(ErrorCode.Validation, () => CreateAsync(order with { Assigner = "two words" }));
        Assert.True((await CreateAsync(order with { Assignee = await RegisteredAsync() })).Created);
    }

    [Fact]
    public async Task Unknown_task_is_not_found()
    {
        await RefusedAsync(ErrorCode.DestinationNotFound, () => GetAsync(NewName("task")));
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Tasks.GetAsync(NewName("task"), Minute));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => CancelAsync(NewName("task")));
    }

    [Fact]
    public async Task Task_and_what_was_said_of_it_survive_a_restart()
    {
        var (assigner, assignee) = (await RegisteredAsync(), await RegisteredAsync());
        var (assigned, running, done) = (OrderOf(assigner, assignee), OrderOf(assigner, assignee), OrderOf(assigner, assignee));
        await CreateAsync(assigned);
        await CreateAsync(running);
        await CreateAsync(done);
        await ReportAsync(assignee, running.TaskId, "task_progress", """{"progress":0.25}""");
        await ReportAsync(assignee, done.TaskId, "task_failure", """{"error":"broken","error_code":"E7"}""");
        var before = await Task.WhenAll(new[] { assigned, running, done }.Select(order => GetAsync(order.TaskId)));

        await RestartAsync();

        var after = await Task.WhenAll(new[] { assigned, running, done }.Select(order => GetAsync(order.TaskId)));
        Assert.Equal(before.Select(record => Json(record.WriteTo).ToJsonString()), after.Select(record => Json(record.WriteTo).ToJsonString()));
        await ReportAsync(assignee, running.TaskId, "task_completion", "7");
        Assert.Equal(TaskPhase.Completed, (await GetAsync(running.TaskId)).Phase);
    }

    [Fact]
    public async Task List_goes_by_name_in_pages_and_filters_by_assignee_and_state()
    {
        var (assignee, other) = (await RegisteredAsync(), await RegisteredAsync());
        var orders = Enumerable.Range(0, 7).Select(_ => OrderOf("planner", assignee)).ToArray();
        foreach (var order in orders)
        {
            await CreateAsync(order);
        }

        await CreateAsync(OrderOf("planner", other));
        await ReportAsync(assignee, orders[2].TaskId, "task_completion", "{}");
        var query = new TaskQuery { Assignee = assignee, Limit = 3 };

        await EventuallyAsync(async () => (await ListAsync(query)).Count, count => count == 7);
        var done = await EventuallyAsync(() => ListAsync(query with { Phase = TaskPhase.Completed }), names => names.Count > 0);

        Assert.Equal(orders.Select(order => order.TaskId).Order(StringComparer.Ordinal), await ListAsync(query));
        Assert.Equal([orders[2].TaskId], done);
        await RestartAsync();
        Assert.Equal(6, (await ListAsync(query with { Phase = TaskPhase.Assigned })).Count);
    }

    private async Task<List<string>> ListAsync(TaskQuery query)
    {
        var names = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = await Fabric.Tasks.ListAsync(query with { After = after });
            Assert.True(page.Items.Count <= query.Limit);
            names.AddRange(page.Items.Select(record => record.Order.TaskId));
            after = page.Next;
        }

        return names;
    }

    private static TaskOrder OrderOf(string assigner, string assignee, params TaskOrder[] after) => new()
    {
        Assigner = assigner,
        Assignee = assignee,
        TaskId = NewName("task"),
        TaskType = "recovery",
        Parameters = "{}"u8.ToArray(),
        Dependencies = [.. after.Select(order => order.TaskId)],
    };

    private static JsonObject Assignment(string assigner, string assignee, string task) => Typed(assigner, assignee, "task_assignment", new JsonObject
    {
        ["task_id"] = task, ["task_type"] = "recovery", ["parameters"] = new JsonObject(), ["priority"] = "normal",
    });

    private static JsonObject Report(string source, string task, string type, string content, string destination = Meta)
    {
        var report = Typed(source, destination, type, JsonNode.Parse(content));
        if (report["content"] is JsonObject named && type is "task_acceptance" or "task_rejection" or "task_progress")
        {
            report["content"]!["task_id"] = task;
        }
        else
        {
            report["correlation_id"] = task;
        }

        return report;
    }

    private ValueTask<SendReceipt> ReportAsync(string source, string task, string type, string content = "{}") =>
        SendAsync(Report(source, task, type, content));

    private Task<TaskCreation> CreateAsync(TaskOrder order) => Soon(Fabric.Tasks.CreateAsync(order));

    private Task<TaskRecord> GetAsync(string task) => Soon(Fabric.Tasks.GetAsync(task));

    private Task<TaskRecord> CancelAsync(string task, string? by = null, string? reason = null) => Soon(Fabric.Tasks.CancelAsync(task, by, reason));

    private Task<TaskRecord> InPhaseAsync(string task, TaskPhase phase) => EventuallyAsync(() => GetAsync(task), record => record.Phase == phase);
}
