using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <content>The same by <c>lock_request</c> to <c>meta_supervisor</c>.</content>
public abstract partial class LockConformance
{
    [Fact]
    public async Task Lock_request_is_answered_with_a_lock_response()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var request = Request(owner, name, "acquire", ("lease_ms", 5_000));

        var receipt = await SendAsync(request);

        Assert.Equal((Text(request, "id"), false), (receipt.Id, receipt.Duplicate));
        var told = await ToldAsync(owner, "lock_response", name);
        var record = await Fabric.Locks.GetAsync(name);
        Assert.Equal(["lock_id", "granted", "fencing_token", "expires_at"], Members(told));
        Assert.Equal((name, true, record.FencingToken), ((string?)told["lock_id"], (bool?)told["granted"], (long?)told["fencing_token"]));
        Assert.Equal(JsonText.Timestamp(record.ExpiresAt!.Value), (string?)told["expires_at"]);
        Assert.Equal(owner, record.Holder);
    }

    [Fact]
    public async Task Request_that_waits_for_its_reply_gets_the_lock_response()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var plain = Request(owner, name, "acquire");
        var correlated = Request(owner, name, "acquire");
        correlated["correlation_id"] = NewName("plan");

        var first = await AnswerToAsync(plain);
        var second = await AnswerToAsync(correlated);

        Assert.Equal(("lock_response", name), (Text(first, "message_type"), Text(first, "correlation_id")));
        Assert.Equal(Text(correlated, "correlation_id"), Text(second, "correlation_id"));
        Assert.Equal((long?)first["content"]!["fencing_token"], (long?)second["content"]!["fencing_token"]);
        Assert.Empty(await ReceiveAsync(owner));
    }

    [Fact]
    public async Task Lease_is_30_seconds_where_the_request_names_none()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        await AnswerToAsync(Request(owner, name, "acquire"));
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(29_999));
        Assert.Equal(owner, (await Fabric.Locks.GetAsync(name)).Holder);

        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        Assert.Null((await Fabric.Locks.GetAsync(name)).Holder);
    }

    [Fact]
    public async Task Lock_that_another_holds_is_not_granted_to_one_that_does_not_wait()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        await AcquireAsync(name, "one");

        var told = (await AnswerToAsync(Request(owner, name, "acquire")))["content"]!;

        Assert.Equal((false, "one", 1), ((bool?)told["granted"], (string?)told["holder"], (int?)told["queue_position"]));
        Assert.Empty((await Fabric.Locks.GetAsync(name)).Waiters);
    }

    [Fact]
    public async Task Waiting_request_is_answered_when_its_turn_comes_also_over_a_restart()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, "one", lease: TimeSpan.FromHours(1));
        await SendAsync(Request(owner, name, "acquire", ("wait_ms", 60_000)));
        Assert.Equal([owner], (await Fabric.Locks.GetAsync(name)).Waiters);

        await RestartAsync();

        Assert.Equal([owner], (await Fabric.Locks.GetAsync(name)).Waiters);
        Assert.Empty(await ReceiveAsync(owner));
        await Fabric.Locks.ReleaseAsync(name, "one", held.FencingToken);
        var told = await ToldAsync(owner, "lock_response", name);
        Assert.True((bool?)told["granted"]);
        Assert.True((long?)told["fencing_token"] > held.FencingToken);
        Assert.Equal(owner, (await Fabric.Locks.GetAsync(name)).Holder);
    }

    [Fact]
    public async Task Waiting_request_whose_time_is_over_is_answered_with_who_holds_the_lock()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        await AcquireAsync(name, "one", lease: TimeSpan.FromHours(1));
        await SendAsync(Request(owner, name, "acquire", ("wait_ms", 7_000)));
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(6_999));
        Assert.Equal([owner], (await Fabric.Locks.GetAsync(name)).Waiters);

        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        var told = await ToldAsync(owner, "lock_response", name);
        Assert.Equal((false, "one", 1), ((bool?)told["granted"], (string?)told["holder"], (int?)told["queue_position"]));
        Assert.Empty((await Fabric.Locks.GetAsync(name)).Waiters);
    }

    [Fact]
    public async Task Those_who_wait_by_message_and_by_call_stand_in_one_queue()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, "one");
        var first = WaitAsync(name, "two");
        await QueuedAsync(name, "two");
        await SendAsync(Request(owner, name, "acquire", ("wait_ms", 60_000)));
        var third = WaitAsync(name, "four");
        await QueuedAsync(name, "two", owner, "four");

        await Fabric.Locks.ReleaseAsync(name, "one", held.FencingToken);
        await Fabric.Locks.ReleaseAsync(name, "two", (await first).FencingToken);
        var told = await ToldAsync(owner, "lock_response", name);
        await AnswerToAsync(Request(owner, name, "release", ("fencing_token", (long)told["fencing_token"]!)));

        Assert.True((await third).FencingToken > (long)told["fencing_token"]!);
    }

    [Fact]
    public async Task Renewal_and_release_go_by_message_too()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, owner);

        var renewed = (await AnswerToAsync(Request(owner, name, "renew", ("fencing_token", held.FencingToken), ("lease_ms", 60_000))))["content"]!;
        Assert.Equal((true, held.FencingToken), ((bool?)renewed["granted"], (long?)renewed["fencing_token"]));
        Assert.Equal(held.ExpiresAt + TimeSpan.FromSeconds(30), (await Fabric.Locks.GetAsync(name)).ExpiresAt);

        var released = await AnswerToAsync(Request(owner, name, "release", ("fencing_token", held.FencingToken)));
        Assert.Equal("lock_response", Text(released, "message_type"));
        Assert.Empty(await Fabric.ValidateAsync(Bytes(released)));
        Assert.Null((await Fabric.Locks.GetAsync(name)).Holder);
    }

    [Fact]
    public async Task Stale_token_in_a_message_is_a_conflict_with_the_record()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var held = await AcquireAsync(name, owner);

        foreach (var action in (string[])["renew", "release"])
        {
            var request = Request(owner, name, action, ("fencing_token", held.FencingToken + 1));
            var fault = await RefusedAsync(ErrorCode.Conflict, SendAsync(request));
            Assert.Equal((owner, Text(request, "id")), ((string?)RecordIn(fault)["holder"], fault.SourceMessageId));
            await RefusedAsync(ErrorCode.Conflict, () => AskAsync(request));
        }

        await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Request(owner, NewName("db"), "release", ("fencing_token", 1))));
        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
        Assert.Empty(await ReceiveAsync(owner));
    }

    [Fact]
    public async Task Who_is_not_registered_cannot_ask_by_message_and_leaves_no_lock()
    {
        var name = NewName("db");

        await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Request(NewName("stranger"), name, "acquire")));

        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Locks.GetAsync(name));
    }

    [Fact]
    public async Task Request_of_one_whose_session_ended_while_it_waited_is_not_granted()
    {
        var (name, mortal) = (NewName("db"), await MortalAsync());
        await AcquireAsync(name, "one", lease: TimeSpan.FromHours(1));
        await SendAsync(Request(mortal, name, "acquire", ("wait_ms", 60_000)));

        await DieAsync(mortal);
        await ReleaseAsync(name, "one");

        await HeldByAsync(name, null);
        Assert.Empty((await Fabric.Locks.GetAsync(name)).Waiters);
        Assert.Equal("supervisor_status_request", Text(await NextAsync(mortal), "message_type"));
        Assert.False((bool?)(await ToldAsync(mortal, "lock_response", name))["granted"]);
        await RefusedAsync(ErrorCode.Conflict, SendAsync(Request(mortal, name, "acquire")));
    }

    [Fact]
    public async Task Answer_has_the_priority_of_its_request()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var request = Request(owner, name, "acquire");
        request["priority"] = "critical";

        Assert.Equal("critical", Text(await AnswerToAsync(request), "priority"));
    }

    [Theory]
    [InlineData("""{"action":"acquire"}""", "/content/lock_id")]
    [InlineData("""{"lock_id":"two words","action":"acquire"}""", "/content/lock_id")]
    [InlineData("""{"lock_id":"db","action":"steal"}""", "/content/action")]
    [InlineData("""{"lock_id":"db","action":"acquire","lease_ms":0}""", "/content/lease_ms")]
    [InlineData("""{"lock_id":"db","action":"acquire","lease_ms":86400001}""", "/content/lease_ms")]
    public async Task Request_that_breaks_its_schema_is_a_validation_error(string content, string path)
    {
        var fault = await RefusedAsync(ErrorCode.Validation, SendAsync(Typed("sender", Meta, "lock_request", JsonNode.Parse(content))));

        Assert.Equal([path], fault.Problems.Select(problem => problem.Path));
    }

    [Fact]
    public async Task Renewal_or_release_without_a_token_is_a_conflict()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        await AcquireAsync(name, owner);

        foreach (var action in (string[])["renew", "release"])
        {
            await RefusedAsync(ErrorCode.Conflict, SendAsync(Request(owner, name, action)));
        }
    }

    private static JsonObject Request(string source, string name, string action, params (string Member, long Value)[] members)
    {
        var content = new JsonObject { ["lock_id"] = name, ["action"] = action };
        foreach (var (member, value) in members)
        {
            content[member] = value;
        }

        return Typed(source, Meta, "lock_request", content);
    }
}
