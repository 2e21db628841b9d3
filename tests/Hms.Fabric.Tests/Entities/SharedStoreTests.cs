using Hms.Fabric.Entities;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol;

namespace Hms.Fabric.Tests.Entities;

/// <summary>A store into which other processes write: the state in memory may have been overtaken.</summary>
public sealed class SharedStoreTests
{
    private static readonly CounterCommand Read = new CounterCommand.Read();
    private readonly World _world = new();
    private readonly EntityHost<CounterState, CounterCommand, CounterReply> _counter;

    public SharedStoreTests()
    {
        Store.IsShared = true;
        _counter = _world.Counter();
    }

    private HandStore Store => _world.Store;

    [Fact]
    public async Task A_reply_that_changes_nothing_waits_until_the_version_was_compared()
    {
        await Store.CommitUntilAsync(_counter.DecideAsync(new CounterCommand.Add(1)).AsTask());
        var read = _counter.DecideAsync(Read).AsTask();
        Assert.False(read.IsCompleted);
        await Store.CommitUntilAsync(read);
        Assert.Equal(1, (await read).Value);

        // It was compared and nothing more: the next commit finds the version that it expects.
        await Store.CommitUntilAsync(_counter.DecideAsync(new CounterCommand.Add(1)).AsTask());
    }

    [Fact]
    public async Task What_was_overtaken_answers_nobody_and_is_read_anew()
    {
        await Store.CommitUntilAsync(_counter.DecideAsync(new CounterCommand.Add(1)).AsTask());
        var elsewhere = _world.Counter();
        await Store.CommitUntilAsync(elsewhere.DecideAsync(new CounterCommand.Add(10)).AsTask());

        var stale = _counter.DecideAsync(Read).AsTask();
        Store.CommitAll();
        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(stale)).Code);
        Assert.Equal(11, (await Store.CommitUntilAsync(_counter.DecideAsync(Read).AsTask())).Value);
    }

    /// <summary>A mailbox of which an overtaken copy was closed refused what the sender then never said again.</summary>
    [Fact]
    public async Task What_was_overtaken_refuses_no_outbox_message()
    {
        await Store.CommitUntilAsync(_counter.DecideAsync(new CounterCommand.Add(1)).AsTask());
        Store.ChangeElsewhere(_counter.Key);

        var refused = _counter.HearAsync("other", 1, new CounterCommand.Refuse(0)).AsTask();
        Store.CommitAll();
        Assert.Equal(ErrorCode.Unavailable, (await World.FaultOfAsync(refused)).Code);
    }

    [Fact]
    public async Task What_nobody_waits_for_is_compared_now_and_then()
    {
        await Store.CommitUntilAsync(_counter.DecideAsync(new CounterCommand.Add(1)).AsTask());
        await _counter.DecideAsync(new CounterCommand.AddQuickly(0));
        Assert.Equal(0, Store.Enlisted);

        _world.Time.Advance(TimeSpan.FromSeconds(5));
        await _counter.DecideAsync(new CounterCommand.AddQuickly(0));
        Assert.Equal((1, 0), (Store.Enlisted, Store.EnlistedUrgently));
    }
}
