using System.Text;
using Hms.Protocol.Coordination;

namespace Hms.Http.Tests.Endpoints;

public sealed class TaskTests
{
    private const string Least = """{"assigner":"sup_a","assignee":"sup_b","task_type":"component_recovery","parameters":{}}""";

    [Fact]
    public async Task Order_is_read_whole_and_its_record_is_written()
    {
        await using var front = await TestFront.StartAsync();
        const string body = """
            {"assigner":"team/a:1","assignee":"sup_b","task_id":"jobs/7","task_type":"component recovery, é","parameters":{ "a" : [1.0] },
             "dependencies":["t1","t2"],"timeout":60000,"priority":"critical","retry":{"max_attempts":3,"reassign":true},"added_later":[]}
            """;

        var record = await front.PostAsync("/v1/tasks", body).JsonAsync(HttpStatusCode.Created);

        const string expected = """
            {"task_id":"jobs/7","assigner":"team/a:1","assignee":"sup_b","task_type":"component recovery, é","state":"assigned","progress":0,
            "generation":1,"parameters":{"a":[1.0]},"priority":"critical","dependencies":["t1","t2"],"timeout":60000,
            "retry":{"max_attempts":3,"reassign":true},"created_at":"2025-05-01T14:30:00.000Z",
            "history":[{"at":"2025-05-01T14:30:00.000Z","state":"assigned","generation":1,"by":"meta_supervisor"}]}
            """;
        Answers.AssertSame(expected, record);
        var (order, key) = front.Fabric.AllTasks.Ordered!.Value;
        Assert.Equal("""{ "a" : [1.0] }""", Encoding.UTF8.GetString(order.Parameters.Span));
        Assert.Null(key);
        await Answers.AssertDocumentedAsync(front, "Task", record);
    }

    [Fact]
    public async Task Least_order_has_the_documented_defaults()
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync("/v1/tasks", Least).JsonAsync(HttpStatusCode.Created);
        var order = front.Fabric.AllTasks.Ordered!.Value.Order;
        Assert.Equal(("", Priority.Normal, null, TaskRetry.None), (order.TaskId, order.Priority, order.TimeoutMs, order.Retry));
        Assert.Empty(order.Dependencies);

        const string nulls = "\"task_id\":null,\"dependencies\":null,\"timeout\":null,\"priority\":null,\"retry\":null,";
        await front.PostAsync("/v1/tasks", Least.Insert(1, nulls)).JsonAsync(HttpStatusCode.Created);
        order = front.Fabric.AllTasks.Ordered!.Value.Order;
        Assert.Equal(("", Priority.Normal, null, TaskRetry.None), (order.TaskId, order.Priority, order.TimeoutMs, order.Retry));
    }

    [Theory]
    [InlineData("{}", 1, false)]
    [InlineData("""{"reassign":true}""", 2, true)]
    [InlineData("""{"max_attempts":100,"reassign":null}""", 100, false)]
    public async Task Retry_has_the_documented_defaults(string retry, int attempts, bool reassign)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync("/v1/tasks", Least.Insert(1, $"\"retry\":{retry},")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(new TaskRetry(attempts, reassign), front.Fabric.AllTasks.Ordered!.Value.Order.Retry);
    }

    [Fact]
    public async Task Same_order_again_is_answered_with_what_is_there()
    {
        await using var front = await TestFront.StartAsync();
        using (var created = await front.PostAsync("/v1/tasks", Least))
        {
            Assert.Equal("/v1/tasks/made%2F1", created.Headers.Location?.OriginalString);
        }

        front.Fabric.AllTasks.IsNew = false;
        using var again = await front.PostAsync("/v1/tasks", Least);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Null(again.Headers.Location);
    }

    [Theory]
    [InlineData("k-1", "k-1")]
    [InlineData("\"k 1 \\\" \\\\\"", "k 1 \" \\")]
    public async Task Idempotency_key_is_bare_or_quoted(string header, string key)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync("/v1/tasks", Least, ("Idempotency-Key", header)).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(key, front.Fabric.AllTasks.Ordered!.Value.Key);
    }

    [Theory]
    [InlineData("{}", "/assignee", "/assigner", "/parameters", "/task_type")]
    [InlineData("""{"assigner":"","assignee":"a b","task_type":"","parameters":[]}""", "/assignee", "/assigner", "/parameters", "/task_type")]
    [InlineData("""{"assigner":1,"assignee":null,"task_type":{},"parameters":null}""", "/assignee", "/assigner", "/parameters", "/task_type")]
    [InlineData("""{"assigner":"é","assignee":"b","task_type":"t","parameters":"{}","task_id":"a b"}""", "/assigner", "/parameters", "/task_id")]
    [InlineData("""{"task_id":"","timeout":0,"priority":"HIGH","dependencies":["t","t"],"retry":[]}""",
        "/assignee", "/assigner", "/dependencies/1", "/parameters", "/priority", "/retry", "/task_id", "/task_type", "/timeout")]
    public async Task Every_member_of_an_order_that_is_wrong_is_named(string body, params string[] paths)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(paths, await front.PostAsync("/v1/tasks", body).ProblemsAsync());
        Assert.Null(front.Fabric.AllTasks.Ordered);
    }

    [Theory]
    [InlineData("timeout", "0")]
    [InlineData("timeout", "-1")]
    [InlineData("timeout", "1.5")]
    [InlineData("timeout", "9007199254740992")]
    [InlineData("timeout", "1e400")]
    [InlineData("timeout", "\"5\"")]
    [InlineData("priority", "\"urgent\"")]
    [InlineData("priority", "2")]
    [InlineData("retry/max_attempts", "{\"max_attempts\":0}")]
    [InlineData("retry/max_attempts", "{\"max_attempts\":101}")]
    [InlineData("retry/reassign", "{\"reassign\":1}")]
    [InlineData("dependencies", "\"t1\"")]
    [InlineData("dependencies/1", "[\"t1\",\"a b\"]")]
    [InlineData("dependencies/0", "[null]")]
    [InlineData("task_id", "5")]
    public async Task Value_out_of_range_is_named(string path, string value)
    {
        await using var front = await TestFront.StartAsync();
        var body = Least.Insert(1, $"\"{path.Split('/')[0]}\":{value},");
        Assert.Equal([$"/{path}"], await front.PostAsync("/v1/tasks", body).ProblemsAsync());
        Assert.Null(front.Fabric.AllTasks.Ordered);
    }

    [Fact]
    public async Task Lengths_are_limited()
    {
        await using var front = await TestFront.StartAsync();
        var longest = new string('n', 256);
        var most = string.Join(',', Enumerable.Range(0, 1_000).Select(n => $"\"t{n}\""));
        string Body(string name, string ids) =>
            $$"""{"assigner":"{{name}}","assignee":"{{name}}","task_id":"{{name}}","task_type":"{{name}}","parameters":{},"dependencies":[{{ids}}]}""";

        await front.PostAsync("/v1/tasks", Body(longest, most)).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(1_000, front.Fabric.AllTasks.Ordered!.Value.Order.Dependencies.Count);
        Assert.Equal(
            ["/assignee", "/assigner", "/dependencies", "/task_id", "/task_type"],
            await front.PostAsync("/v1/tasks", Body(longest + "n", most + ",\"more\"")).ProblemsAsync());
    }

    [Fact]
    public async Task Problems_of_head_and_body_are_named_together()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(
            ["/Idempotency-Key", "/task_type"],
            await front.PostAsync("/v1/tasks", Least.Replace("component_recovery", "", StringComparison.Ordinal), ("Idempotency-Key", "\"open")).ProblemsAsync());
        Assert.Equal(["/Idempotency-Key"], await front.PostAsync("/v1/tasks", Least, ("Idempotency-Key", new string('k', 257))).ProblemsAsync());
        Assert.Null(front.Fabric.AllTasks.Ordered);
    }

    [Theory]
    [InlineData(126, true)]
    [InlineData(127, false)]
    public async Task Order_is_no_deeper_than_the_message_that_it_becomes_may_be(int levels, bool isRight)
    {
        await using var front = await TestFront.StartAsync();
        var inner = string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1);
        using var answer = await front.PostAsync("/v1/tasks", Least.Replace("{}", inner, StringComparison.Ordinal));
        Assert.Equal(isRight ? HttpStatusCode.Created : HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(isRight, front.Fabric.AllTasks.Ordered is not null);
    }

    [Fact]
    public async Task Record_shows_how_a_task_has_ended()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllTasks.Record = FakeTasks.RecordOf(FakeTasks.Order("t"), TaskPhase.Failed) with
        {
            Assignee = "sup_c",
            Progress = 0.25,
            Error = "it broke",
            ErrorCode = "17"u8.ToArray(),
            Generation = 2,
            DeadlineAt = FakeFabric.Time.AddSeconds(1),
            History = [new TaskEvent(FakeFabric.Time, TaskPhase.Failed, 2, "sup_c", "it broke")],
        };
        var record = await front.GetAsync("/v1/tasks/t").JsonAsync();
        Assert.Equal(("failed", "sup_c", "it broke"), ((string?)record["state"], (string?)record["assignee"], (string?)record["error"]));
        Assert.Equal("17", record["error_code"]!.ToJsonString());
        Assert.Equal("2025-05-01T14:30:01.000Z", (string?)record["deadline_at"]);
        await Answers.AssertDocumentedAsync(front, "Task", record);

        front.Fabric.AllTasks.Record = FakeTasks.RecordOf(FakeTasks.Order("t"), TaskPhase.Completed) with { Result = "[1,null]"u8.ToArray() };
        Assert.Equal("[1,null]", (await front.GetAsync("/v1/tasks/t").JsonAsync())["result"]!.ToJsonString());
    }

    [Fact]
    public async Task Tasks_are_listed_and_filtered()
    {
        await using var front = await TestFront.StartAsync();
        var page = await front.GetAsync("/v1/tasks?assignee=a%2Fb&state=timed_out&limit=2&after=t%3A0&whatever=").JsonAsync();
        Assert.Equal(
            new TaskQuery { Assignee = "a/b", Phase = TaskPhase.TimedOut, Limit = 2, After = "t:0" }, front.Fabric.AllTasks.Query);
        Assert.Equal("t2", (string?)page["next"]);
        Assert.Equal(["t1", "t2"], page["items"]!.AsArray().Select(item => (string)item!["task_id"]!));
        await Answers.AssertDocumentedAsync(front, "TaskPage", page);

        await front.GetAsync("/v1/tasks").JsonAsync();
        Assert.Equal(new TaskQuery(), front.Fabric.AllTasks.Query);
    }

    [Theory]
    [InlineData("assignee=a%20b&state=Running&limit=1001&after=", "/after", "/assignee", "/limit", "/state")]
    [InlineData("state=", "/state")]
    [InlineData("state=running&state=waiting", "/state")]
    [InlineData("limit=0", "/limit")]
    public async Task Parameters_of_a_list_that_are_wrong_are_named(string query, params string[] paths)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(paths, await front.GetAsync($"/v1/tasks?{query}").ProblemsAsync());
        Assert.Null(front.Fabric.AllTasks.Query);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("{}", null, null)]
    [InlineData("""{"by":null,"reason":null,"task_id":5}""", null, null)]
    [InlineData("""{"by":"team/a:1","reason":""}""", "team/a:1", "")]
    [InlineData("""{"reason":"no longer \u00e9"}""", null, "no longer é")]
    public async Task Cancellation_may_say_who_and_why(string? body, string? by, string? reason)
    {
        await using var front = await TestFront.StartAsync();
        var record = await front.PostAsync("/v1/tasks/a%2Fb/cancel", body).JsonAsync();
        Assert.Equal("cancelled", (string?)record["state"]);
        Assert.Equal(("a/b", by, reason), front.Fabric.AllTasks.Cancelled);
    }

    [Fact]
    public async Task Cancellation_that_is_wrong_is_refused()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(["/by", "/reason"], await front.PostAsync("/v1/tasks/t/cancel", """{"by":"a b","reason":5}""").ProblemsAsync());
        Assert.Equal(
            ["/reason"], await front.PostAsync("/v1/tasks/t/cancel", $$"""{"reason":"{{new string('r', 1_025)}}"}""").ProblemsAsync());
        Assert.Null(front.Fabric.AllTasks.Cancelled);
    }
}
