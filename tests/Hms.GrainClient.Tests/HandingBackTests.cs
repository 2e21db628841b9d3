using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Conformance;
using Hms.Grains;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.GrainClient.Tests;

/// <summary>What is on its way to somebody who has left goes back to where it came from.</summary>
public sealed class HandingBackTests(ClientFixture fixture) : CoordinationSuite(fixture), IClassFixture<ClientFixture>
{
    [Fact]
    public async Task Messages_that_were_on_their_way_to_a_receiver_that_has_left_go_to_the_next()
    {
        var to = await RegisteredAsync();
        var id = await SendToAsync(to);
        using var leaving = LeaveAtAnswer(nameof(IMailbox.ReceiveAsync));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Soon(Mailbox(to).ReceiveAsync(new ReceiveRequest { Wait = Minute }, leaving.Token)));

        var delivery = Assert.Single(await ReceiveAsync(to));
        Assert.Equal((id, 1), (IdOf(delivery), delivery.Attempt));
    }

    [Fact]
    public async Task Reply_that_was_on_its_way_to_a_requester_that_has_left_comes_through_the_mailbox()
    {
        var (from, to) = (await RegisteredAsync(), await RegisteredAsync());
        var request = Message(from, to);
        using var leaving = LeaveAtAnswer(nameof(IMessagesFront.RequestAsync));
        var asked = Soon(Fabric.RequestAsync(new SendRequest(Bytes(request)), Minute, leaving.Token));
        await ReceiveOneAsync(to);
        var answer = Answer(request);
        await SendAsync(answer);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal(Text(answer, "id"), IdOf(Assert.Single(await ReceiveAsync(from))));
    }

    [Fact]
    public async Task Reply_that_was_there_at_once_comes_through_the_mailbox_where_it_is_not_confirmed()
    {
        var from = await RegisteredAsync();
        var (first, second) = (NewName("lock"), NewName("lock"));

        await using (var confirmed = await AskAsync(LockRequest(from, first)))
        {
            await confirmed.ConfirmAsync();
        }

        Assert.Empty(await ReceiveAsync(from));
        await using (await AskAsync(LockRequest(from, second)))
        {
        }

        Assert.True((bool)(await ToldAsync(from, "lock_response", second))["granted"]!);
    }

    [Fact]
    public async Task Lock_that_was_granted_on_the_way_to_one_that_has_left_is_free_again()
    {
        var name = NewName("lock");
        using var leaving = LeaveAtAnswer(nameof(ILocks.AcquireAsync));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Soon(Fabric.Locks.AcquireAsync(name, new LockBid("one", 60_000), Minute, leaving.Token)));

        Assert.True((await Fabric.Locks.AcquireAsync(name, new LockBid("other", 60_000))).Granted);
    }

    private static JsonObject LockRequest(string from, string name) =>
        Typed(from, Meta, "lock_request", new JsonObject { ["lock_id"] = name, ["action"] = "acquire", ["lease_ms"] = 60_000 });

    /// <summary>A caller that leaves when it has been answered, and has not heard of it.</summary>
    private CancellationTokenSource LeaveAtAnswer(string method)
    {
        var leaving = new CancellationTokenSource();
        ((ClientFixture)Fixture).Interception.Once(method, leaving.CancelAsync);
        return leaving;
    }
}
