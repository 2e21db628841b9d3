using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Entities;

public sealed class OutboxTests
{
    private const char EntryRow = 'O';
    private readonly World _world = new();

    private HandStore Store => _world.Store;

    [Fact]
    public async Task What_an_entity_says_goes_out_after_its_commit_in_order_and_numbered()
    {
        var counter = await _world.LoadedCounterAsync();
        var said = counter.DecideAsync(new CounterCommand.Say("a", "b", "a")).AsTask();
        Assert.True(_world.IsSilent);

        Store.CommitAll();
        await said;

        var carried = await _world.NextCarriedAsync();
        Assert.Equal(["a", "b", "a"], carried.To);
        Assert.Equal([1, 2, 3], carried.Numbers);
        Assert.Equal(3, Store.Rows(counter.Key, EntryRow));
    }

    [Fact]
    public async Task What_was_heard_is_deleted_and_lets_the_entity_leave_the_memory()
    {
        var counter = await _world.LoadedCounterAsync();
        var settled = counter.DecideAndSettleAsync(new CounterCommand.Say("a")).AsTask();
        Store.CommitAll();
        var carried = await _world.NextCarriedAsync();
        Assert.False(settled.IsCompleted);
        Assert.False(counter.TryPassivate());

        carried.Heard.SetResult();

        await Store.CommitUntilAsync(settled);
        Store.CommitAll();
        Assert.Equal(0, Store.Rows(counter.Key, EntryRow));
        Assert.True(counter.TryPassivate());
        Assert.True(_world.IsSilent);
    }

    [Fact]
    public async Task What_is_said_while_another_thing_is_carried_waits_its_turn()
    {
        var counter = await _world.LoadedCounterAsync();
        await Store.CommitUntilAsync(counter.DecideAsync(new CounterCommand.Say("a")).AsTask());
        var first = await _world.NextCarriedAsync();
        await Store.CommitUntilAsync(counter.DecideAsync(new CounterCommand.Say("b")).AsTask());
        Assert.True(_world.IsSilent);

        first.Heard.SetResult();

        Assert.Equal([2], (await _world.NextCarriedAsync()).Numbers);
    }

    [Fact]
    public async Task What_was_not_heard_is_said_again()
    {
        var counter = await _world.LoadedCounterAsync();
        await Store.CommitUntilAsync(counter.DecideAsync(new CounterCommand.Say("a")).AsTask());
        (await _world.NextCarriedAsync()).Heard.SetException(new InvalidOperationException("whatever it is"));

        var again = _world.NextCarriedAsync();
        while (!again.IsCompleted)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(again, Task.Delay(2));
        }

        Assert.Equal([1], (await again).Numbers);
    }

    [Fact]
    public async Task Who_could_not_be_told_holds_up_nobody_and_is_told_the_rest_in_order_later()
    {
        var counter = await _world.LoadedCounterAsync();
        await Store.CommitUntilAsync(counter.DecideAsync(new CounterCommand.Say("deaf", "a")).AsTask());
        var first = await _world.NextCarriedAsync();
        first.Unheard = [1];
        await Store.CommitUntilAsync(counter.DecideAsync(new CounterCommand.Say("deaf", "b")).AsTask());
        var settled = counter.DecideAndSettleAsync(new CounterCommand.Say("c")).AsTask();
        Store.CommitAll();

        first.Heard.SetResult();

        var second = await _world.NextCarriedAsync();
        Assert.Equal([4, 5], second.Numbers);
        second.Heard.SetResult();
        await Store.CommitUntilAsync(settled);
        var again = _world.NextCarriedAsync();
        while (!again.IsCompleted)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(again, Task.Delay(2));
        }

        Assert.Equal([1, 3], (await again).Numbers);
    }

    [Fact]
    public async Task What_was_said_before_a_crash_is_said_again_under_its_number_and_later_numbers_go_on()
    {
        var counter = await _world.LoadedCounterAsync();
        await Store.CommitUntilAsync(counter.DecideAsync(new CounterCommand.Say("a")).AsTask());
        await _world.NextCarriedAsync();

        var afterCrash = await _world.LoadedCounterAsync();
        var again = await _world.NextCarriedAsync();
        Assert.Equal([1], again.Numbers);
        again.Heard.SetResult();
        await Store.CommitUntilAsync(afterCrash.DecideAsync(new CounterCommand.Say("b")).AsTask());

        Assert.Equal([2], (await _world.NextCarriedAsync()).Numbers);
    }

    [Fact]
    public async Task What_was_not_committed_is_never_said()
    {
        var counter = await _world.LoadedCounterAsync();
        var said = counter.DecideAndSettleAsync(new CounterCommand.Say("a")).AsTask();

        Store.Collect().Fail();

        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(said)).Code);
        await counter.DecideAsync(new CounterCommand.Read());
        Assert.True(_world.IsSilent);
    }

    [Fact]
    public async Task What_was_heard_before_has_no_second_effect_also_after_a_crash()
    {
        var counter = await _world.LoadedCounterAsync();
        var add = new CounterCommand.Add(1);
        Assert.NotNull(await Store.CommitUntilAsync(counter.HearAsync("other", 7, add).AsTask()));

        Assert.Null(await Store.CommitUntilAsync(counter.HearAsync("other", 7, add).AsTask()));
        Assert.Null(await Store.CommitUntilAsync(counter.HearAsync("other", 6, add).AsTask()));
        var afterCrash = await _world.LoadedCounterAsync();
        Assert.Null(await Store.CommitUntilAsync(afterCrash.HearAsync("other", 7, add).AsTask()));
        Assert.Equal(1, (await afterCrash.DecideAsync(new CounterCommand.Read())).Value);
        await Store.CommitUntilAsync(afterCrash.HearAsync("another", 7, add).AsTask());
        await Store.CommitUntilAsync(afterCrash.HearAsync("other", 8, add).AsTask());
        Assert.Equal(3, (await afterCrash.DecideAsync(new CounterCommand.Read())).Value);
    }

    [Fact]
    public async Task Hearing_is_confirmed_when_it_is_durable_also_the_second_time()
    {
        var counter = await _world.LoadedCounterAsync();
        var heard = counter.HearAsync("other", 1, new CounterCommand.Add(1)).AsTask();
        var again = counter.HearAsync("other", 1, new CounterCommand.Add(1)).AsTask();
        Assert.False(heard.IsCompleted || again.IsCompleted);

        Store.CommitAll();

        Assert.Equal(1, (await heard)?.Value);
        Assert.Null(await again);
    }

    [Fact]
    public async Task Refusal_to_hear_waits_for_what_it_rests_on_and_what_it_changed_is_committed()
    {
        var counter = await _world.LoadedCounterAsync();

        var refused = counter.HearAsync("other", 1, new CounterCommand.Refuse(1)).AsTask();

        Assert.False(refused.IsCompleted);
        Assert.Equal(1, Store.Enlisted);
        Store.CommitAll();
        Assert.Equal(ErrorCode.Conflict, (await World.FaultOfAsync(refused)).Code);
        Assert.Equal(1, (await (await _world.LoadedCounterAsync()).DecideAsync(new CounterCommand.Read())).Value);
    }
}
