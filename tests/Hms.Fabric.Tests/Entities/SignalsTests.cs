using Hms.Fabric.Entities;

namespace Hms.Fabric.Tests.Entities;

public sealed class SignalsTests
{
    private readonly Signals _signals = new();

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
    public void Everybody_is_woken_at_once_and_nothing_is_left()
    {
        using var one = _signals.Wait(1);
        using var other = _signals.Wait(2);

        _signals.RaiseAll();

        Assert.True(one.Source.Task.IsCompleted && other.Source.Task.IsCompleted);
        Assert.True(_signals.IsEmpty);
    }
}
