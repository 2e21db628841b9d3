using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <summary>The fabric as the Meta-Supervisor answers what it is asked (sections 3.1, 3.3 and 3.5).</summary>
public abstract class MetaConformance(IFabricFixture fixture) : CoordinationSuite(fixture)
{
    [Fact]
    public async Task Sync_request_is_answered_with_the_time_and_the_askers_own_record()
    {
        var asker = await RegisteredAsync();
        var request = Typed(asker, Meta, "sync_request", new JsonObject());

        var answer = await AnswerToAsync(request);

        Assert.Equal(("sync_response", Meta, Text(request, "id")), (Text(answer, "message_type"), Text(answer, "source"), Text(answer, "correlation_id")));
        Assert.Equal(asker, (string?)answer["content"]!["supervisor"]!["id"]);
        Assert.Equal((await Fabric.Supervisors.GetAsync(asker)).Session, (string?)answer["content"]!["supervisor"]!["session"]);
        Assert.EndsWith("Z", (string?)answer["content"]!["time"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_request_is_answered_with_how_the_fabric_is()
    {
        var asker = await RegisteredAsync();

        var answer = await AnswerToAsync(Typed(asker, Meta, "supervisor_status_request", new JsonObject()));

        Assert.Equal("supervisor_status_response", Text(answer, "message_type"));
        Assert.Equal("alive", (string?)answer["content"]!["status"]);
        Assert.Equal((await Fabric.StatusAsync()).Engine, (string?)answer["content"]!["engine"]);
    }

    [Fact]
    public async Task State_query_is_answered_with_the_record_of_what_it_names()
    {
        var (asker, other, name) = (await RegisteredAsync(), await RegisteredAsync(), NewName("db"));
        var order = new TaskOrder { Assigner = asker, Assignee = other, TaskId = NewName("task"), TaskType = "t", Parameters = "{}"u8.ToArray() };
        var call = new BarrierCall(NewName("gate"), asker, [other], 60_000);
        await Fabric.Tasks.CreateAsync(order);
        await Fabric.Barriers.CreateAsync(call);
        await Fabric.Locks.AcquireAsync(name, new LockBid(other, 60_000));

        var answers = new Dictionary<string, JsonNode>();
        foreach (var (member, id) in new[] { ("task_id", order.TaskId), ("barrier_id", call.BarrierId), ("lock_id", name) })
        {
            var answer = await AnswerToAsync(Query(asker, member, id));
            Assert.Equal("state_response", Text(answer, "message_type"));
            answers.Add(member, answer["content"]!);
        }

        Assert.Equal(Json((await Fabric.Tasks.GetAsync(order.TaskId)).WriteTo).ToJsonString(), answers["task_id"].ToJsonString());
        Assert.Equal(Json((await Fabric.Barriers.GetAsync(call.BarrierId)).WriteTo).ToJsonString(), answers["barrier_id"].ToJsonString());
        Assert.Equal(Json((await Fabric.Locks.GetAsync(name)).WriteTo).ToJsonString(), answers["lock_id"].ToJsonString());
        Assert.Equal(other, (string?)(await AnswerToAsync(Query(asker, "supervisor_id", other)))["content"]!["id"]);
    }

    [Fact]
    public async Task State_query_that_names_nothing_is_answered_with_the_state_of_the_fabric()
    {
        var asker = await RegisteredAsync();

        foreach (var content in (JsonNode?[])[new JsonObject(), null, 7])
        {
            var answer = await AnswerToAsync(Typed(asker, Meta, "state_query", content));

            Assert.Equal("state_response", Text(answer, "message_type"));
            Assert.Equal((await Fabric.StatusAsync()).Supervisors, (int?)answer["content"]!["supervisors"]);
        }
    }

    [Theory]
    [InlineData("task_id")]
    [InlineData("lock_id")]
    [InlineData("barrier_id")]
    [InlineData("supervisor_id")]
    public async Task State_query_of_the_unknown_is_answered_with_an_error(string member)
    {
        var asker = await RegisteredAsync();
        var query = Query(asker, member, NewName("nothing"));

        await using var reply = await AskAsync(query);

        Assert.Equal(ErrorCode.DestinationNotFound, reply.Error?.Code);
        Assert.Equal(Text(query, "id"), (string?)Read(reply.Error!.Content)["source_message_id"]);
    }

    [Fact]
    public async Task State_query_of_what_can_be_no_name_is_answered_with_an_error()
    {
        var asker = await RegisteredAsync();
        foreach (var name in (JsonNode[])["two words", "", 7])
        {
            await using var reply = await AskAsync(Typed(asker, Meta, "state_query", new JsonObject { ["task_id"] = name }));

            Assert.Equal(ErrorCode.Validation, reply.Error?.Code);
            await reply.ConfirmAsync();
        }
    }

    [Theory]
    [InlineData("metrics_query")]
    [InlineData("optimization_request")]
    [InlineData("something_of_my_own")]
    public async Task What_it_does_not_know_is_answered_with_an_error(string type)
    {
        var asker = await RegisteredAsync();

        var answer = await AnswerToAsync(Typed(asker, Meta, type, new JsonObject()));

        Assert.Equal(("error_response", "validation_error"), (Text(answer, "message_type"), (string?)answer["content"]!["error_code"]));
    }

    [Fact]
    public async Task Who_is_not_registered_cannot_be_answered_and_is_told_so()
    {
        foreach (var type in (string[])["sync_request", "state_query", "supervisor_status_request"])
        {
            await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Typed(NewName("stranger"), Meta, type, new JsonObject())));
        }
    }

    [Theory]
    [InlineData("sync_request")]
    [InlineData("state_query")]
    [InlineData("supervisor_status_request")]
    public async Task Repeated_question_is_a_duplicate_and_answered_once(string type)
    {
        var asker = await RegisteredAsync();
        var question = Typed(asker, Meta, type, new JsonObject());
        Assert.False((await SendAsync(question)).Duplicate);
        await NextAsync(asker);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.True((await SendAsync(question)).Duplicate);

        Assert.Empty(await ReceiveAsync(asker));
    }

    [Fact]
    public async Task Repeated_request_gets_the_same_answer()
    {
        var asker = await RegisteredAsync();
        var question = Typed(asker, Meta, "sync_request", new JsonObject());
        var first = await AnswerToAsync(question);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(first.ToJsonString(), (await AnswerToAsync(question)).ToJsonString());
    }

    [Fact]
    public async Task Questions_in_a_batch_and_compressed_are_answered()
    {
        var asker = await RegisteredAsync();
        var (sync, query) = (Typed(asker, Meta, "sync_request", new JsonObject()), Query(asker, "lock_id", NewName("db")));
        var inner = Typed(asker, Meta, "sync_request", new JsonObject());
        inner["correlation_id"] = NewName("plan");

        var receipt = await SendAsync(Batch(asker, sync, query, Compressed(inner)));

        Assert.All(receipt.Results!, result => Assert.Null(result.Fault));
        var answers = new Dictionary<string, string>();
        for (var i = 0; i < 3; i++)
        {
            var answer = await NextAsync(asker);
            answers.Add(Text(answer, "correlation_id"), Text(answer, "message_type"));
        }

        Assert.Equal("sync_response", answers[Text(sync, "id")]);
        Assert.Equal("error_response", answers[Text(query, "id")]);
        Assert.Equal("sync_response", answers[Text(inner, "correlation_id")]);
    }

    [Fact]
    public async Task Repeated_registration_with_restart_begins_one_session()
    {
        var (id, name) = (await RegisteredAsync(), NewName("db"));
        var message = Typed(id, Meta, "supervisor_registration", JsonNode.Parse("""{"supervisor_type":"test","restart":true}"""));
        await AnswerToAsync(message);
        var session = (await Fabric.Supervisors.GetAsync(id)).Session;
        var held = await Soon(Fabric.Locks.AcquireAsync(name, new LockBid(id, 60_000)));

        Assert.True((await SendAsync(message)).Duplicate);

        Assert.Equal(session, (await Fabric.Supervisors.GetAsync(id)).Session);
        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
    }

    [Fact]
    public async Task Repeated_deregistration_does_not_end_what_was_registered_since()
    {
        var id = await RegisteredAsync();
        var message = Typed(id, Meta, "supervisor_deregistration", new JsonObject());
        await SendAsync(message);
        await Fabric.Supervisors.RegisterAsync(id, new Registration("test"));

        Assert.True((await SendAsync(message)).Duplicate);

        Assert.Equal(Liveness.Alive, (await Fabric.Supervisors.GetAsync(id)).Liveness);
    }

    private static JsonObject Query(string source, string member, string name) => Typed(source, Meta, "state_query", new JsonObject { [member] = name });
}
