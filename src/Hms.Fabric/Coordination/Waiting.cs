namespace Hms.Fabric.Coordination;

/// <summary>A long wait in short calls: an entity that moves elsewhere, or loses its state, is asked again.</summary>
internal static class Waiting
{
    /// <summary>How long one call waits; well within the time for which a ticket holds.</summary>
    public static readonly TimeSpan CallMax = TimeSpan.FromSeconds(4);

    // What timers cannot tell from no time at all.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    /// <summary>Asks until the answer is final or the wait is over.</summary>
    public static async ValueTask<T> UntilAsync<T>(
        FabricClock clock, TimeSpan wait, Func<TimeSpan, ValueTask<T>> ask, Func<T, bool> isFinal)
    {
        var deadline = clock.Now + wait;
        var left = wait;
        while (true)
        {
            var answer = await ask(left < CallMax ? left : CallMax);
            left = deadline - clock.Now;
            if (left < Moment || isFinal(answer))
            {
                return answer;
            }
        }
    }
}
