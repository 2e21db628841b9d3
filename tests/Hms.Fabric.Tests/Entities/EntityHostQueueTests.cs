using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Entities;

/// <summary>What is asked of an entity while its state is being read.</summary>
public sealed class EntityHostQueueTests
{
    private static readonly CounterCommand Read = new CounterCommand.Read();
    private readonly World _world = new();
    private readonly TaskCompletionSource _readable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EntityHost<CounterState, CounterCommand, CounterReply> _counter;

    public EntityHostQueueTests()
    {
        Store.ReadsAfter = _readable.Task;
        _counter = _world.Counter();
    }

    private HandStore Store => _world.Store;

    [Fact]
    public async Task It_is_decided_in_the_order_in_which_it_was_asked_for()
    {
        var first = AddAsync(1);
        var many = _counter.DecideManyAsync([new CounterCommand.Add(10), new CounterCommand.Refuse(100)]).AsTask();
        var heard = _counter.HearAsync("other", 1, new CounterCommand.Add(1_000)).AsTask();
        var quick = _counter.DecideAsync(new CounterCommand.AddQuickly(10_000)).AsTask();
        var last = _counter.DecideAsync(Read).AsTask();

        _readable.SetResult();

        Assert.Equal(11_111, (await quick.WaitAsync(World.Patience)).Value);
        Assert.False(first.IsCompleted || many.IsCompleted || heard.IsCompleted || last.IsCompleted);
        var commit = Store.Collect();
        Assert.Equal(1, commit.Entities);
        commit.Succeed();
        Assert.Equal((1, 1_111, 11_111), ((await first).Value, (await heard)?.Value, (await last).Value));
        Assert.Equal([11L, null], (await many).Select(decided => decided.Reply?.Value));
        Assert.Equal(ErrorCode.Conflict, (await many)[1].Fault?.Code);
    }

    [Fact]
    public async Task One_who_leaves_before_that_takes_it_back_and_only_that()
    {
        using var leaves = new CancellationTokenSource();
        var first = AddAsync(1);
        var left = _counter.DecideAsync(new CounterCommand.Add(10), leaves.Token).AsTask();
        var leftMany = _counter.DecideManyAsync([new CounterCommand.Add(20)], leaves.Token).AsTask();
        var last = AddAsync(100);

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WaitAsync(World.Patience));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leftMany.WaitAsync(World.Patience));
        _readable.SetResult();

        await Store.CommitUntilAsync(Task.WhenAll(first, last));
        Assert.Equal((1, 101), ((await first).Value, (await last).Value));
    }

    [Fact]
    public async Task One_who_leaves_after_that_hears_what_came_of_it_all_the_same()
    {
        using var leaves = new CancellationTokenSource();
        var decided = _counter.DecideAsync(new CounterCommand.Add(1), leaves.Token).AsTask();
        _readable.SetResult();
        await UntilAsync(() => Store.Enlisted > 0);

        await leaves.CancelAsync();

        Assert.Equal(1, (await Store.CommitUntilAsync(decided)).Value);
    }

    [Fact]
    public async Task When_the_state_cannot_be_read_all_are_told_and_the_next_asks_anew()
    {
        Store.ReadFailure = new StoreException("away");
        Task[] asked = [AddAsync(1), AddAsync(10), _counter.DecideManyAsync([new CounterCommand.Add(100)]).AsTask()];

        _readable.SetResult();

        foreach (var task in asked)
        {
            Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(task)).Code);
        }

        Store.ReadFailure = null;
        Assert.Equal(1_000, (await Store.CommitUntilAsync(AddAsync(1_000))).Value);
    }

    [Fact]
    public async Task When_the_machine_throws_on_the_first_the_rest_is_decided_on_a_state_read_anew()
    {
        var broken = _counter.DecideAsync(new CounterCommand.Break(7)).AsTask();
        var second = AddAsync(1);
        var third = AddAsync(10);

        _readable.SetResult();

        Assert.Equal("broken at 7", (await Assert.ThrowsAsync<InvalidOperationException>(() => broken.WaitAsync(World.Patience))).Message);
        await Store.CommitUntilAsync(Task.WhenAll(second, third));
        Assert.Equal((1, 11), ((await second).Value, (await third).Value));
    }

    [Fact]
    public async Task What_was_decided_before_the_machine_threw_is_lost_and_its_caller_told_so()
    {
        var before = AddAsync(1);
        var broken = _counter.DecideAsync(new CounterCommand.Break(7)).AsTask();
        var after = AddAsync(10);
        var brokenToo = _counter.DecideAsync(new CounterCommand.Break(70)).AsTask();
        var last = AddAsync(100);

        _readable.SetResult();

        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(before)).Code);
        await Assert.ThrowsAsync<InvalidOperationException>(() => broken.WaitAsync(World.Patience));
        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(after)).Code);
        await Assert.ThrowsAsync<InvalidOperationException>(() => brokenToo.WaitAsync(World.Patience));
        Assert.Equal(100, (await Store.CommitUntilAsync(last)).Value);
    }

    [Fact]
    public async Task An_entity_that_is_asked_for_does_not_leave_the_memory()
    {
        var asked = AddAsync(1);

        Assert.False(_counter.TryPassivate());

        _readable.SetResult();
        await Store.CommitUntilAsync(asked);
    }

    private Task<CounterReply> AddAsync(long by) => _counter.DecideAsync(new CounterCommand.Add(by)).AsTask();

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(World.Patience);
        while (!holds())
        {
            await Task.Delay(1, patience.Token);
        }
    }
}
