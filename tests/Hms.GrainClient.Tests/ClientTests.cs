using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Conformance;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.GrainClient.Tests;

public sealed class ClientTests(ClientFixture fixture) : CoordinationSuite(fixture), IClassFixture<ClientFixture>
{
    [Fact]
    public async Task Faults_arrive_with_all_that_they_say()
    {
        var to = await RegisteredAsync();
        var faulty = Message("", to);
        faulty["priority"] = "HIGH";
        var name = NewName("lock");
        var held = await Fabric.Locks.AcquireAsync(name, new LockBid(to, 60_000));

        var invalid = await RefusedAsync(ErrorCode.Validation, SendAsync(faulty));
        var conflict = await RefusedAsync(ErrorCode.Conflict, Fabric.Locks.RenewAsync(name, to, held.FencingToken + 1, TimeSpan.FromSeconds(1)));
        var outcomes = await Fabric.SendManyAsync([.. Enumerable.Range(0, SmallLimits.Depth + 1).Select(i => Request(Message("sender", to, $"m{i}")))]);
        var full = outcomes[^1].Fault!;

        Assert.Equal(["/priority", "/source"], invalid.Problems.Select(problem => problem.Path).Order());
        Assert.All(invalid.Problems, problem => Assert.NotEqual("", problem.Message));
        Assert.Equal(Text(faulty, "id"), invalid.SourceMessageId);
        Assert.Equal(held.FencingToken, (long)RecordIn(conflict)["fencing_token"]!);
        Assert.Equal((ErrorCode.MailboxFull, $"m{SmallLimits.Depth}"), (full.Code, full.SourceMessageId));
        Assert.True(full.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task Messages_alone_in_batches_and_together_reach_each_destination_in_their_order_though_nobody_waited()
    {
        var (one, other) = (await RegisteredAsync(), await RegisteredAsync());
        var sent = new List<Task>();
        var ids = new Dictionary<string, List<string>> { [one] = [], [other] = [] };
        for (var round = 0; round < 4; round++)
        {
            sent.Add(Soon(SendAsync(Next(one))));
            sent.Add(Soon(SendAsync(Batch("sender", Next(other), Next(one)))));
            sent.Add(Soon(Fabric.SendManyAsync(
                [Request(Next(other)), Request(Batch("sender", Next(one), Next(other), Next(one))), Request(Next(one))])));
            sent.Add(Soon(SendAsync(Next(other))));
        }

        await Task.WhenAll(sent);

        Assert.Equal(ids[one], (await ReceiveAsync(one, max: 100)).Select(IdOf));
        Assert.Equal(ids[other], (await ReceiveAsync(other, max: 100)).Select(IdOf));

        JsonObject Next(string to)
        {
            var message = Message("sender", to);
            ids[to].Add(Text(message, "id"));
            return message;
        }
    }

    [Fact]
    public async Task Call_may_take_a_while_longer_than_it_waits_and_waits_that_can_be_repeated_are_short_calls()
    {
        var limits = ((ClientFixture)Fixture).Interception.Limits;
        var (from, to, name) = (await RegisteredAsync(), await RegisteredAsync(), NewName("lock"));
        await Fabric.Locks.AcquireAsync(name, new LockBid(from, 60_000));
        Assert.Equal(TimeSpan.FromSeconds(30), limits["AcquireAsync"]);
        await Fabric.Locks.AcquireAsync(name, new LockBid(from, 60_000), TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.FromSeconds(75), limits["AcquireAsync"]);
        await SendToAsync(to);
        Assert.Single(await ReceiveAsync(to, wait: Minute));
        Assert.Equal(TimeSpan.FromSeconds(30), limits["ReceiveAsync"]);
        var request = Message(from, to);
        await SendAsync(request);
        await SendAsync(Answer(request));

        await using var reply = await Soon(Fabric.RequestAsync(new SendRequest(Bytes(request)), TimeSpan.FromSeconds(20)));

        Assert.Equal(TimeSpan.FromSeconds(35), limits["RequestAsync"]);
    }

    [Fact]
    public async Task Status_is_that_of_a_silo()
    {
        var status = await Fabric.StatusAsync();

        Assert.Equal(("orleans", null), (status.Engine, status.Problem));
        Assert.Null(await Fabric.ProblemAsync());
    }

    private static SendRequest Request(JsonObject message) => new(Bytes(message));
}
