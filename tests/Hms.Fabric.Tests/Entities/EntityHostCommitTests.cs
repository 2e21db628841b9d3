using Hms.Abstractions;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Entities;

/// <summary>Several commands at once, and commits for which nobody waits.</summary>
public sealed class EntityHostCommitTests
{
    private static readonly CounterCommand Read = new CounterCommand.Read();
    private readonly World _world = new();

    private HandStore Store => _world.Store;

    [Fact]
    public async Task Several_commands_are_decided_in_order_with_one_commit_and_a_refusal_of_one_harms_no_other()
    {
        var counter = await _world.LoadedCounterAsync();
        var decided = counter.DecideManyAsync(
            [new CounterCommand.Add(1), new CounterCommand.Refuse(10), new CounterCommand.AddQuickly(100), new CounterCommand.Add(1_000)])
            .AsTask();
        var after = counter.DecideAsync(new CounterCommand.Add(10_000)).AsTask();
        Assert.False(decided.IsCompleted);
        Assert.Equal(1, Store.Enlisted);

        Store.Collect().Succeed();

        Assert.Equal([1L, null, 111, 1_111], (await decided).Select(one => one.Reply?.Value));
        Assert.Equal([null, ErrorCode.Conflict, null, null], (await decided).Select(one => one.Fault?.Code));
        Assert.Equal(11_111, (await after).Value);
        Assert.Equal(0, Store.Enlisted);
    }

    [Fact]
    public async Task Several_commands_for_which_nobody_waits_wait_for_nothing()
    {
        var counter = await _world.LoadedCounterAsync();

        var decided = await counter.DecideManyAsync([new CounterCommand.AddQuickly(1), new CounterCommand.AddQuickly(10)]);

        Assert.Equal([1L, 11], decided.Select(one => one.Reply!.Value));
        Assert.Equal((1, 0), (Store.Enlisted, Store.EnlistedUrgently));
    }

    [Fact]
    public async Task A_machine_that_throws_in_the_middle_leaves_nothing_of_what_came_before()
    {
        var counter = await _world.LoadedCounterAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => counter.DecideManyAsync(
            [new CounterCommand.Add(1), new CounterCommand.Break(10), new CounterCommand.Add(100)]).AsTask());

        Store.CommitAll();
        Assert.Equal(0, (await counter.DecideAsync(Read)).Value);
    }

    [Fact]
    public async Task Several_commands_whose_commit_fails_are_told_so_together()
    {
        var counter = await _world.LoadedCounterAsync();
        var decided = counter.DecideManyAsync([new CounterCommand.Add(1), new CounterCommand.Refuse(10)]).AsTask();

        Store.Collect().Fail();

        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(decided)).Code);
    }

    [Fact]
    public async Task A_commit_for_which_nobody_waits_becomes_urgent_when_somebody_does_and_is_made_once()
    {
        var counter = await _world.LoadedCounterAsync();
        await counter.DecideAsync(new CounterCommand.AddQuickly(1));
        await counter.DecideAsync(new CounterCommand.AddQuickly(10));
        Assert.Equal((1, 0), (Store.Enlisted, Store.EnlistedUrgently));

        var read = counter.DecideAsync(Read).AsTask();
        var add = counter.DecideAsync(new CounterCommand.Add(100)).AsTask();

        Assert.Equal((2, 1), (Store.Enlisted, Store.EnlistedUrgently));
        var commit = Store.Collect();
        Assert.Equal(1, commit.Entities);
        Assert.False(read.IsCompleted);
        commit.Succeed();
        Assert.Equal((11, 111), ((await read).Value, (await add).Value));
    }

    [Fact]
    public async Task What_others_are_to_hear_is_committed_soon_though_nobody_waits()
    {
        var counter = await _world.LoadedCounterAsync();

        await counter.DecideAsync(new CounterCommand.SayQuickly("a"));

        Assert.Equal(1, Store.EnlistedUrgently);
        Store.CommitAll();
        Assert.Equal(["a"], (await _world.NextCarriedAsync()).To);
    }

    [Fact]
    public async Task What_nobody_waits_for_and_was_decided_during_a_commit_is_in_the_next_one()
    {
        var counter = await _world.LoadedCounterAsync();
        var add = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var commit = Store.Collect();
        await counter.DecideAsync(new CounterCommand.AddQuickly(10));
        commit.Succeed();
        await add;

        Store.Collect().Succeed();

        Assert.Equal(11, (await (await _world.LoadedCounterAsync()).DecideAsync(Read)).Value);
        Assert.True(counter.TryPassivate());
    }

    [Fact]
    public async Task A_place_that_a_commit_no_longer_needs_serves_what_comes_later()
    {
        var counter = await _world.LoadedCounterAsync();
        await counter.DecideAsync(new CounterCommand.AddQuickly(1));
        var add = counter.DecideAsync(new CounterCommand.Add(10)).AsTask();
        Store.Collect().Succeed();
        await add;
        await counter.DecideAsync(new CounterCommand.AddQuickly(100));
        Assert.False(counter.TryPassivate());

        Store.CommitAll();

        Assert.Equal(111, (await (await _world.LoadedCounterAsync()).DecideAsync(Read)).Value);
        Assert.True(counter.TryPassivate());
    }
}
