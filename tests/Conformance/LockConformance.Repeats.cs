using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <content>Requests that are repeated, in a batch or compressed.</content>
public abstract partial class LockConformance
{
    [Fact]
    public async Task Repeated_request_has_one_effect_and_one_answer_also_over_a_restart()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var acquire = Request(owner, name, "acquire");
        Assert.False((await SendAsync(acquire)).Duplicate);
        var token = (long)(await ToldAsync(owner, "lock_response", name))["fencing_token"]!;
        var release = Request(owner, name, "release", ("fencing_token", token));
        Assert.False((await SendAsync(release)).Duplicate);
        await ToldAsync(owner, "lock_response", name);

        await RestartAsync();

        Assert.True((await SendAsync(acquire)).Duplicate);
        Assert.True((await SendAsync(release)).Duplicate);
        Assert.Null((await Fabric.Locks.GetAsync(name)).Holder);
        Assert.Empty(await ReceiveAsync(owner));
        acquire["content"]!["lease_ms"] = 7;
        await RefusedAsync(ErrorCode.Conflict, SendAsync(acquire));
    }

    [Fact]
    public async Task Repeated_request_that_waits_for_its_reply_gets_the_same_one()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var request = Request(owner, name, "acquire");
        var first = await AnswerToAsync(request);

        var second = await AnswerToAsync(request);

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        Assert.Equal((long?)first["content"]!["fencing_token"], (await Fabric.Locks.GetAsync(name)).FencingToken);
    }

    [Fact]
    public async Task Idempotency_key_stands_for_the_id_of_a_request()
    {
        var (name, owner, key) = (NewName("db"), await RegisteredAsync(), NewName("key"));
        var first = Request(owner, name, "acquire");
        Assert.False((await SendKeyedAsync(first)).Duplicate);
        await Fabric.Locks.ReleaseAsync(name, owner, (await Fabric.Locks.GetAsync(name)).FencingToken);

        var again = await SendKeyedAsync(Request(owner, name, "acquire"));

        Assert.Equal((Text(first, "id"), true), (again.Id, again.Duplicate));
        Assert.Null((await Fabric.Locks.GetAsync(name)).Holder);
        await RefusedAsync(ErrorCode.Conflict, SendKeyedAsync(Request(owner, name, "acquire", ("lease_ms", 1))));

        ValueTask<SendReceipt> SendKeyedAsync(JsonObject message) => Fabric.SendAsync(new SendRequest(Bytes(message)) { IdempotencyKey = key });
    }

    [Fact]
    public async Task Requests_in_a_batch_are_each_handled_alone_in_their_order()
    {
        var (one, other, owner) = (NewName("db"), NewName("db"), await RegisteredAsync());
        await AcquireAsync(other, "one");

        var receipt = await SendAsync(Batch(
            owner,
            Request(owner, one, "acquire"),
            Request(owner, other, "renew", ("fencing_token", 1)),
            Request(owner, one, "release", ("fencing_token", 1)),
            Request(owner, one, "acquire")));

        Assert.Equal([null, ErrorCode.Conflict, null, null], receipt.Results!.Select(result => result.Fault?.Code));
        Assert.Equal((owner, 2L), ((await Fabric.Locks.GetAsync(one)).Holder, (await Fabric.Locks.GetAsync(one)).FencingToken));
    }

    [Fact]
    public async Task Compressed_request_asks_for_the_lock_and_is_answered()
    {
        var (name, owner) = (NewName("db"), await RegisteredAsync());
        var inner = Request(owner, name, "acquire");
        inner["correlation_id"] = NewName("plan");
        var outer = Compressed(inner);
        outer.Remove("correlation_id");

        var answer = await AnswerToAsync(outer);

        Assert.Equal(("lock_response", Text(inner, "correlation_id")), (Text(answer, "message_type"), Text(answer, "correlation_id")));
        Assert.Equal(owner, (await Fabric.Locks.GetAsync(name)).Holder);
    }
}
