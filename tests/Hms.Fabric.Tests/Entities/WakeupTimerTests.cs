using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Hms.Tests;

namespace Hms.Fabric.Tests.Entities;

public sealed class WakeupTimerTests : IDisposable
{
    private static readonly EntityKey One = new(EntityKind.Mailbox, "one");
    private static readonly EntityKey Other = new(EntityKind.Mailbox, "other");
    private readonly ManualTime _time = new();
    private readonly List<EntityKey> _due = [];
    private readonly FabricClock _clock;
    private readonly WakeupTimer _queue;

    public WakeupTimerTests()
    {
        _clock = new FabricClock(_time);
        _queue = new WakeupTimer(_clock);
        _queue.Due += _due.Add;
    }

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void Entities_are_woken_at_their_times_and_in_their_order()
    {
        _queue.Schedule(Other, In(20));
        _queue.Schedule(One, In(10));

        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(_due);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([One], _due);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([One, Other], _due);
    }

    [Fact]
    public void Earlier_time_takes_the_place_of_a_later_one_and_is_not_put_off_by_it()
    {
        _queue.Schedule(One, In(20));
        _queue.Schedule(One, In(10));
        _queue.Schedule(One, In(30));

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([One], _due);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([One], _due);
    }

    [Fact]
    public void Time_that_is_over_wakes_at_once_and_far_times_are_reached()
    {
        _queue.Schedule(One, In(-5));
        _queue.Schedule(Other, In(100_000));

        _time.Advance(TimeSpan.Zero);
        Assert.Equal([One], _due);
        _time.Advance(TimeSpan.FromSeconds(100_000));
        Assert.Equal([One, Other], _due);
    }

    [Fact]
    public void Entity_may_ask_again_while_it_is_woken()
    {
        _queue.Due += key => _queue.Schedule(key, In(1));
        _queue.Schedule(One, In(1));

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(5, _due.Count);
    }

    [Fact]
    public void Far_time_asked_for_again_after_each_near_one_is_kept_once()
    {
        var far = In(1_000_000);
        for (var i = 0; i < 5_000; i++)
        {
            _queue.Schedule(One, far);
            _queue.Schedule(One, In(1));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(5_000, _due.Count);
        Assert.True(_queue.Count < 2_000);
    }

    private DateTimeOffset In(int seconds) => _clock.Now.AddSeconds(seconds);
}
