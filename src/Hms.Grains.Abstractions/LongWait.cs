namespace Hms.Grains;

/// <summary>A long wait made of short calls: who waits does so where the grain is, also when that changes.</summary>
internal static class LongWait
{
    // Well below the time after which Orleans gives up a call (30 s), and not so short that waiting costs much.
    private static readonly TimeSpan CallMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks until there is an answer, or the wait (60 s at most) is over.</summary>
    /// <param name="time">What the wait is measured by.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="ask">Asks once, and waits as long as it is told; it is also told whether a call before was lost.</param>
    /// <param name="isThere">Whether this is what is waited for.</param>
    /// <param name="isRepeatable">Whether a call that was lost is made again; else the caller is told that it was.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async ValueTask<T> UntilAsync<T>(
        TimeProvider time,
        TimeSpan wait,
        Func<TimeSpan, bool, ValueTask<T>> ask,
        Func<T, bool> isThere,
        bool isRepeatable,
        CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var longest = wait < Ranges.WaitMax ? wait : Ranges.WaitMax;
        var wasLost = false;
        for (var left = longest; ;)
        {
            try
            {
                var answer = await ask(left < CallMax ? left : CallMax, wasLost);
                left = longest - time.GetElapsedTime(start);
                if (isThere(answer) || left <= TimeSpan.Zero)
                {
                    return answer;
                }
            }
            catch (FaultException e) when (isRepeatable && e.Fault.Code == ErrorCode.Unavailable && left > RetryPause)
            {
                wasLost = true;
                await Task.Delay(RetryPause, time, cancellationToken);
                left = longest - time.GetElapsedTime(start);
            }
        }
    }
}
