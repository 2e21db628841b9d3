using Hms.Abstractions;
using Hms.Fabric.Storage;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Entities;

public sealed class EntityHostTests
{
    private static readonly CounterCommand Read = new CounterCommand.Read();
    private readonly World _world = new();

    private HandStore Store => _world.Store;

    [Fact]
    public async Task Reply_leaves_when_its_commit_is_durable_and_not_before()
    {
        var counter = await _world.LoadedCounterAsync();
        var reply = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        Assert.False(reply.IsCompleted);
        var commit = Store.Collect();
        Assert.False(reply.IsCompleted);

        commit.Succeed();

        Assert.Equal(1, (await reply).Value);
    }

    [Fact]
    public async Task Memory_reply_does_not_wait_but_is_committed_all_the_same()
    {
        var counter = await _world.LoadedCounterAsync();

        Assert.Equal(1, (await counter.DecideAsync(new CounterCommand.AddQuickly(1))).Value);

        Store.CommitAll();
        Assert.Equal(1, (await (await _world.LoadedCounterAsync()).DecideAsync(Read)).Value);
    }

    [Fact]
    public async Task Read_waits_for_what_it_rests_on_whether_open_or_under_way()
    {
        var counter = await _world.LoadedCounterAsync();
        _ = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var whileOpen = counter.DecideAsync(Read).AsTask();
        var commit = Store.Collect();
        var whileUnderWay = counter.DecideAsync(Read).AsTask();
        Assert.False(whileOpen.IsCompleted || whileUnderWay.IsCompleted);

        commit.Succeed();

        Assert.Equal((1, 1), ((await whileOpen).Value, (await whileUnderWay).Value));
    }

    [Fact]
    public async Task Machine_that_throws_leaves_nothing_behind_and_those_who_wait_are_told()
    {
        var counter = await _world.LoadedCounterAsync();
        var written = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var commit = Store.Collect();
        var open = counter.DecideAsync(new CounterCommand.Add(2)).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await counter.DecideAsync(new CounterCommand.Break(40)));

        Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<FaultException>(() => written)).Fault.Code);
        Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<FaultException>(() => open)).Fault.Code);
        commit.Succeed();
        Store.CommitAll();
        Assert.Equal(1, (await counter.DecideAsync(Read)).Value);
    }

    [Fact]
    public async Task Refusal_waits_for_what_it_rests_on_too()
    {
        var counter = await _world.LoadedCounterAsync();
        var refused = counter.DecideAsync(new CounterCommand.Refuse(1)).AsTask();
        Assert.False(refused.IsCompleted);

        Store.CommitAll();

        Assert.Equal(ErrorCode.Conflict, (await World.FaultOfAsync(refused)).Code);
    }

    [Fact]
    public async Task Decisions_made_during_a_commit_form_the_next_one()
    {
        var counter = await _world.LoadedCounterAsync();
        var first = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var commit = Store.Collect();
        var second = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var third = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        Assert.Equal(1, Store.Enlisted);

        commit.Succeed();
        await first;
        Assert.False(second.IsCompleted || third.IsCompleted);
        var next = Store.Collect();
        Assert.Equal(1, next.Entities);
        next.Succeed();

        Assert.Equal((2, 3), ((await second).Value, (await third).Value));
    }

    [Fact]
    public async Task Failed_commit_throws_the_state_away_and_fails_those_behind_it()
    {
        var counter = await _world.LoadedCounterAsync();
        await Store.CommitUntilAsync(counter.DecideAsync(new CounterCommand.Add(10)).AsTask());
        var failed = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var commit = Store.Collect();
        var behind = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var read = counter.DecideAsync(Read).AsTask();

        commit.Fail();

        foreach (var task in (Task[])[failed, behind, read])
        {
            var fault = await World.FaultOfAsync(task);
            Assert.Equal(ErrorCode.Unavailable, fault.Code);
            Assert.NotNull(fault.RetryAfter);
        }

        Assert.Equal(10, (await counter.DecideAsync(Read)).Value);
        Assert.Equal(0, Store.Collect().Entities);
    }

    [Fact]
    public async Task Commit_that_failed_after_it_was_applied_is_read_as_the_truth()
    {
        var counter = await _world.LoadedCounterAsync();
        var doubtful = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();

        Store.Collect().FailAfterApplying();

        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(doubtful)).Code);
        Assert.Equal(1, (await counter.DecideAsync(Read)).Value);
        Assert.Equal(2, (await Store.CommitUntilAsync(counter.DecideAsync(new CounterCommand.Add(1)).AsTask())).Value);
    }

    [Fact]
    public async Task Entity_that_was_changed_elsewhere_fails_alone_and_reads_the_truth()
    {
        var one = await _world.LoadedCounterAsync("one");
        var other = await _world.LoadedCounterAsync("other");
        await Store.CommitUntilAsync(one.DecideAsync(new CounterCommand.Add(1)).AsTask());
        Store.ChangeElsewhere(one.Key);
        var stale = one.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var fresh = other.DecideAsync(new CounterCommand.Add(1)).AsTask();

        var commit = Store.Collect();
        Assert.Equal(2, commit.Entities);
        commit.Succeed();

        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(stale)).Code);
        Assert.Equal(1, (await fresh).Value);
        Assert.Equal(2, (await Store.CommitUntilAsync(one.DecideAsync(new CounterCommand.Add(1)).AsTask())).Value);
    }

    [Fact]
    public async Task State_that_was_read_anew_and_enlisted_twice_is_collected_once()
    {
        var counter = await _world.LoadedCounterAsync();
        var failed = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        var commit = Store.Collect();
        _ = counter.DecideAsync(new CounterCommand.AddQuickly(1)).AsTask();
        commit.Fail();
        await World.FaultOfAsync(failed);
        await counter.DecideAsync(Read);
        var again = counter.DecideAsync(new CounterCommand.Add(5)).AsTask();
        Assert.Equal(2, Store.Enlisted);

        var next = Store.Collect();

        Assert.Equal(1, next.Entities);
        next.Succeed();
        Assert.Equal(5, (await again).Value);
    }

    [Fact]
    public async Task Store_that_cannot_be_read_is_asked_again_by_the_next_call()
    {
        var counter = _world.Counter();
        Store.ReadFailure = new StoreException("away");

        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(counter.DecideAsync(Read).AsTask())).Code);

        Store.ReadFailure = null;
        Assert.Equal(0, (await counter.DecideAsync(Read)).Value);
    }

    [Fact]
    public async Task Many_callers_of_an_entity_that_is_not_in_memory_decide_on_one_state()
    {
        var counter = _world.Counter();
        var replies = Enumerable.Range(0, 50).Select(_ => Task.Run(() => counter.DecideAsync(new CounterCommand.Add(1)).AsTask())).ToArray();

        await Store.CommitUntilAsync(Task.WhenAll(replies));

        Assert.Equal(Enumerable.Range(1, 50).Select(value => (long)value), (await Task.WhenAll(replies)).Select(reply => reply.Value).Order());
    }

    [Fact]
    public async Task State_leaves_the_memory_only_when_nothing_is_under_way()
    {
        var counter = await _world.LoadedCounterAsync();
        var reply = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        Assert.False(counter.TryPassivate());
        var commit = Store.Collect();
        Assert.False(counter.TryPassivate());
        commit.Succeed();
        await reply;

        Assert.True(counter.TryPassivate());

        Assert.Equal(1, (await counter.DecideAsync(Read)).Value);
    }

    [Fact]
    public async Task Wake_up_is_asked_for_once_and_again_after_a_failure()
    {
        var at = _world.Services.Clock.Now.AddMinutes(1);
        var counter = _world.Counter(nextWake: at);
        await counter.DecideAsync(Read);
        await counter.DecideAsync(Read);
        Assert.Equal([(counter.Key, at)], _world.Wakes);

        var failed = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();
        Store.Collect().Fail();
        await World.FaultOfAsync(failed);

        Assert.Equal(2, _world.Wakes.Count);
        await counter.WakeAsync();
        Assert.Equal((counter.Key, at), _world.Wakes[^1]);
    }

    [Fact]
    public async Task Reset_is_raised_when_the_state_is_thrown_away()
    {
        var counter = await _world.LoadedCounterAsync();
        var resets = 0;
        counter.Reset += () => resets++;
        var failed = counter.DecideAsync(new CounterCommand.Add(1)).AsTask();

        Store.Collect().Fail();

        await World.FaultOfAsync(failed);
        Assert.Equal(1, resets);
    }
}
