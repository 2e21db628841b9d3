using Hms.Tests;

namespace Hms.Fabric.Tests;

public sealed class FabricClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    private DateTimeOffset Start { get; } = new ManualTime().GetUtcNow();

    [Fact]
    public void Follows_time_from_a_latest_decision_that_is_over()
    {
        var clock = Clock(Start - Second);

        Assert.Equal(Start, clock.Now);
        _time.Advance(Second);
        Assert.Equal(Start + Second, clock.Now);
    }

    [Fact]
    public void Waits_for_what_a_store_is_ahead()
    {
        var clock = Clock(Start + Second);

        Assert.Equal(Start + Second, clock.Now);
        _time.Advance(Second / 2);
        Assert.Equal(Start + Second, clock.Now);
        _time.Advance(Second);
        Assert.Equal(Start + (1.5 * Second), clock.Now);
    }

    [Fact]
    public void Goes_on_from_the_latest_decision_where_time_was_set_back()
    {
        var latest = Start + TimeSpan.FromHours(1);
        var clock = new FabricClock(_time);

        Assert.Equal(TimeSpan.FromHours(1) - Second, clock.NeverBefore(latest));
        Assert.Equal(TimeSpan.Zero, clock.NeverBefore(latest));
        Assert.Equal(latest, clock.Now);
        _time.Advance(Second);
        Assert.Equal(latest, clock.Now);
        _time.Advance(Second);
        Assert.Equal(latest + Second, clock.Now);
    }

    [Fact]
    public void Of_many_that_start_one_after_another_none_is_ahead_of_the_first_by_more_than_a_store()
    {
        var latest = Start;
        for (var starts = 0; starts < 10; starts++)
        {
            var clock = Clock(latest);
            _time.Advance(Second / 4);
            latest = clock.Now > latest ? clock.Now + Second : latest;
        }

        Assert.InRange(Clock(latest).Now, Start + (2.5 * Second), Start + (3.5 * Second));
    }

    private FabricClock Clock(DateTimeOffset latest)
    {
        var clock = new FabricClock(_time);
        clock.NeverBefore(latest);
        return clock;
    }
}
