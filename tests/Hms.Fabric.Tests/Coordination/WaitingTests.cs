using Hms.Fabric.Coordination;
using Hms.Tests;

namespace Hms.Fabric.Tests.Coordination;

public sealed class WaitingTests
{
    /// <summary>A timer rounds it down to no time at all: each call came back at once, and was made again, until the clock had moved.</summary>
    [Fact]
    public async Task Less_than_a_timer_can_count_is_not_waited_for()
    {
        var asked = 0;

        var answer = await Waiting.UntilAsync(
            new FabricClock(new ManualTime()),
            TimeSpan.FromMicroseconds(300),
            _ => ValueTask.FromResult(++asked),
            static answer => answer == 100);

        Assert.Equal((1, 1), (answer, asked));
    }
}
