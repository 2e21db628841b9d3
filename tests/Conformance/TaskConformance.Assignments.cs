using System.Text;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <content>Tasks that are ordered by message.</content>
public abstract partial class TaskConformance
{
    [Fact]
    public async Task Assignment_that_is_sent_as_a_message_makes_the_same_task_and_arrives_as_it_was_sent()
    {
        var (assigner, assignee, task) = (await RegisteredAsync(), await RegisteredAsync(), NewName("task"));
        var text = $$"""
            { "version":"1.0", "x":[1.50],  "id":"{{NewName("m")}}","source":"{{assigner}}", "destination":"{{assignee}}",
              "message_type":"task_assignment", "content":{"task_type":"recovery","priority":"high", "task_id":"{{task}}",
              "parameters":{ "n":1.50 },"timeout":60000}, "timestamp":"2026-01-02T03:04:05Z" }
            """;

        var receipt = await Fabric.SendAsync(new SendRequest(Encoding.UTF8.GetBytes(text)));

        Assert.Equal((false, Durability.Fsync), (receipt.Duplicate, receipt.Durability));
        Assert.Equal(text, Encoding.UTF8.GetString((await ReceiveOneAsync(assignee)).Message.Span));
        var record = await GetAsync(task);
        Assert.Equal((assigner, assignee, TaskPhase.Assigned), (record.Order.Assigner, record.Assignee, record.Phase));
        Assert.Equal(("recovery", Priority.High, 60_000L), (record.Order.TaskType, record.Order.Priority, record.Order.TimeoutMs));
        Assert.Equal("""{ "n":1.50 }"""u8.ToArray(), record.Order.Parameters.ToArray());
    }

    [Fact]
    public async Task Repeated_assignment_is_a_duplicate_and_another_under_its_id_a_conflict()
    {
        var (assignee, task) = (await RegisteredAsync(), NewName("task"));
        var assignment = Assignment("planner", assignee, task);
        await SendAsync(assignment);
        await RestartAsync();

        Assert.True((await SendAsync(assignment)).Duplicate);
        assignment["content"]!["priority"] = "low";
        await RefusedAsync(ErrorCode.Conflict, SendAsync(assignment));
        await RefusedAsync(ErrorCode.Conflict, SendAsync(Assignment("another", assignee, task)));

        await ReceiveOneAsync(assignee);
        Assert.Empty(await ReceiveAsync(assignee));
    }

    [Fact]
    public async Task Idempotency_key_stands_for_the_id_of_an_assignment()
    {
        var (assignee, task, key) = (await RegisteredAsync(), NewName("task"), NewName("key"));
        var first = Assignment("planner", assignee, task);
        await Fabric.SendAsync(new SendRequest(Bytes(first)) { IdempotencyKey = key });

        var again = await Fabric.SendAsync(new SendRequest(Bytes(Assignment("planner", assignee, task))) { IdempotencyKey = key });

        Assert.Equal((Text(first, "id"), true), (again.Id, again.Duplicate));
        await ReceiveOneAsync(assignee);
        Assert.Empty(await ReceiveAsync(assignee));
    }

    [Fact]
    public async Task Assignment_to_nobody_makes_no_task()
    {
        var task = NewName("task");

        var fault = await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Assignment("planner", NewName("nobody"), task)));

        Assert.NotEqual("", fault.SourceMessageId);
        await RefusedAsync(ErrorCode.DestinationNotFound, () => GetAsync(task));
    }

    [Fact]
    public async Task Compressed_assignment_makes_a_task_and_arrives_as_it_was_sent_in_its_place()
    {
        var (assignee, task) = (await RegisteredAsync(), NewName("task"));
        var first = await SendToAsync(assignee);
        var inner = Assignment("planner", assignee, task);
        inner["priority"] = "critical";
        var outer = Compressed(inner);
        outer.Remove("priority");

        await SendAsync(outer);

        await EventuallyAsync(
            async () => await Fabric.Supervisors.GetAsync(assignee), record => record.Mailbox is { Ready: 2 });
        Assert.Equal(Bytes(outer), (await ReceiveOneAsync(assignee)).Message.ToArray());
        Assert.Equal(first, IdOf(await ReceiveOneAsync(assignee)));
        Assert.Equal(TaskPhase.Assigned, (await GetAsync(task)).Phase);
    }
}
