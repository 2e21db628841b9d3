using Hms.Fabric.Tests.Doubles;
using Hms.Fabric.Entities;

namespace Hms.Fabric.Tests.Entities;

public sealed class SignalsTests
{
    private readonly Signals _signals = new(PoolBackground.Instance);

    [Fact]
    public void Signal_wakes_the_first_who_waits_for_it_and_no_other()
    {
        using var first = _signals.Wait(1);
        using var second = _signals.Wait(1);
        using var elsewhere = _signals.Wait(2);

        _signals.Raise(1);

        Assert.True(first.Source.Task.IsCompleted);
        Assert.False(second.Source.Task.IsCompleted || elsewhere.Source.Task.IsCompleted);
        first.Use();
        second.Use();
    }

    [Fact]
    public void One_who_was_woken_and_leaves_hands_the_signal_on_once()
    {
        var first = _signals.Wait(1);
        using var second = _signals.Wait(1);
        using var third = _signals.Wait(1);
        _signals.Raise(1);

        first.Dispose();
        first.Dispose();

        Assert.True(second.Source.Task.IsCompleted);
        Assert.False(third.Source.Task.IsCompleted);
        second.Use();
    }

    [Fact]
    public void One_who_made_use_of_the_signal_or_never_got_it_hands_nothing_on()
    {
        var used = _signals.Wait(1);
        var never = _signals.Wait(1);
        using var last = _signals.Wait(1);
        _signals.Raise(1);
        used.Use();

        used.Dispose();
        never.Dispose();
        never.Dispose();

        Assert.False(last.Source.Task.IsCompleted);
    }

    [Fact]
    public async Task Everybody_is_woken_and_nothing_is_left()
    {
        using var one = _signals.Wait(1);
        using var other = _signals.Wait(2);

        _signals.RaiseAll();

        Assert.True(_signals.IsEmpty);
        await Task.WhenAll(one.Source.Task, other.Source.Task).WaitAsync(World.Patience);
    }

    [ThreadStatic]
    private static bool _raises;

    [Fact]
    public async Task One_who_is_woken_goes_on_at_once_and_whom_it_wakes_elsewhere()
    {
        using var one = _signals.Wait(1);
        using var other = _signals.Wait(2);
        var first = IsWithinRaiseAsync(one.Source.Task, () => _signals.Raise(2));
        var second = IsWithinRaiseAsync(other.Source.Task, () => { });

        _raises = true;
        _signals.Raise(1);
        _raises = false;

        Assert.True(first.IsCompleted && await first);
        Assert.False(await second.WaitAsync(World.Patience));
    }

    // Whether whoever was woken goes on within the call that woke it.
    private static async Task<bool> IsWithinRaiseAsync(Task woken, Action then)
    {
        await woken.ConfigureAwait(false);
        then();
        return _raises;
    }
}
