using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <content>What follows from the end of a session.</content>
public abstract partial class SessionConformance
{
    [Fact]
    public async Task Death_returns_what_was_leased_and_messages_go_on_being_kept()
    {
        var id = await MortalAsync();
        var first = await SendToAsync(id);
        var lease = new ReceiveRequest { Lease = TimeSpan.FromHours(1), Max = 1 };
        var before = Assert.Single(await Mailbox(id).ReceiveAsync(lease));

        await DieAsync(id);

        await EventuallyAsync(async () => (await Fabric.Supervisors.GetAsync(id)).Mailbox, mailbox => mailbox is { Leased: 0 });
        var later = await SendToAsync(id);
        await Fabric.Supervisors.RegisterAsync(id, new Registration("test"));
        var received = await ReceiveAsync(id);
        Assert.Equal([first, later], received.Select(IdOf).Intersect([first, later]));
        Assert.Equal(before.Sequence, received.Single(delivery => IdOf(delivery) == first).Sequence);
    }

    [Fact]
    public async Task Restart_returns_what_was_leased()
    {
        var id = await RegisteredAsync();
        var message = await SendToAsync(id);
        await Mailbox(id).ReceiveAsync(new ReceiveRequest { Lease = TimeSpan.FromHours(1) });

        await Fabric.Supervisors.RegisterAsync(id, new Registration("test") { Restart = true });

        Assert.Equal(message, IdOf(await ReceiveOneAsync(id)));
    }

    [Theory]
    [InlineData("death")]
    [InlineData("deregistration")]
    [InlineData("restart")]
    [InlineData("deregistration by message")]
    public async Task End_of_a_session_ends_all_that_hung_on_it_and_all_who_wait_are_told(string how)
    {
        var (mortal, other, name) = (await MortalAsync(), await RegisteredAsync(), NewName("db"));
        await Fabric.Locks.AcquireAsync(name, new LockBid(mortal, 3_600_000));
        var heir = Soon(Fabric.Locks.AcquireAsync(name, new LockBid(other, 3_600_000), Minute));
        await EventuallyAsync(async () => await Fabric.Locks.GetAsync(name), record => record.Waiters.Count == 1);
        var call = new BarrierCall(NewName("gate"), other, [other, mortal], 3_600_000);
        await Fabric.Barriers.CreateAsync(call);
        var meeting = Soon(Fabric.Barriers.GetAsync(call.BarrierId, Minute));
        var order = new TaskOrder { Assigner = other, Assignee = mortal, TaskId = NewName("task"), TaskType = "t", Parameters = "{}"u8.ToArray() };
        await Fabric.Tasks.CreateAsync(order);
        var doing = Soon(Fabric.Tasks.GetAsync(order.TaskId, Minute));
        await ToldAsync(other, "barrier_request", call.BarrierId);

        await EndAsync(mortal, how);

        Assert.True((await heir).Granted);
        Assert.Equal(BarrierPhase.Aborted, (await meeting).Phase);
        Assert.Equal(TaskPhase.Failed, (await doing).Phase);
        var told = new List<string> { Text(await NextAsync(other), "message_type"), Text(await NextAsync(other), "message_type") };
        Assert.Equal(["barrier_continue", "task_failure"], told.Order());
    }

    [Fact]
    public async Task New_session_has_nothing_of_the_old_one_and_is_not_hurt_by_its_end()
    {
        var (mortal, name) = (await MortalAsync(), NewName("db"));
        var old = await Soon(Fabric.Locks.AcquireAsync(name, new LockBid(mortal, 3_600_000)));
        await DieAsync(mortal);
        await Fabric.Supervisors.RegisterAsync(mortal, new Registration("test"));

        var held = await Soon(Fabric.Locks.AcquireAsync(name, new LockBid(mortal, 3_600_000)));
        await RestartAsync();

        Assert.True(held.FencingToken > old.FencingToken);
        Assert.True(await Fabric.Locks.CheckAsync(name, held.FencingToken));
        await RefusedAsync(ErrorCode.Conflict, Fabric.Locks.RenewAsync(name, mortal, old.FencingToken, Minute));
    }

    [Fact]
    public async Task Deregistration_by_message_is_as_good_and_a_second_one_is_not_found()
    {
        var id = await RegisteredAsync();
        await SendToAsync(id);

        await SendAsync(Typed(id, Meta, "supervisor_deregistration", new JsonObject()));

        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Supervisors.GetAsync(id));
        await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Typed(id, Meta, "supervisor_deregistration", new JsonObject())));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => Fabric.Supervisors.DeregisterAsync(id).AsTask());
        await Fabric.Supervisors.RegisterAsync(id, new Registration("test"));
        Assert.Equal("deregistered", Assert.Single((await Mailbox(id).DeadLettersAsync(0, 10)).Items).Reason);
    }

    [Fact]
    public async Task Many_that_die_at_once_all_lose_what_they_held()
    {
        var names = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            names.Add(NewName("db"));
            await Fabric.Locks.AcquireAsync(names[i], new LockBid(await MortalAsync(), 3_600_000));
        }

        foreach (var name in names)
        {
            await AdvanceUntilAsync(async () => await Fabric.Locks.GetAsync(name), record => record.Holder is null, TimeSpan.FromMilliseconds(250));
        }
    }

    private async Task EndAsync(string id, string how)
    {
        switch (how)
        {
            case "death":
                await DieAsync(id);
                break;
            case "restart":
                await Fabric.Supervisors.RegisterAsync(id, new Registration("test") { Restart = true });
                break;
            case "deregistration":
                await Fabric.Supervisors.DeregisterAsync(id);
                break;
            default:
                await SendAsync(Typed(id, Meta, "supervisor_deregistration", new JsonObject()));
                break;
        }
    }
}
