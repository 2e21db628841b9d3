using Orleans.Serialization.Invocation;

namespace Hms.GrainClient.Connecting;

/// <summary>
/// Ends calls that will not be answered. A client is not told that a silo has died, only that a connection is gone, and would wait as long as the
/// longest call may take.
/// </summary>
/// <param name="time">What calls are measured by.</param>
internal sealed class CallLimits(TimeProvider time) : IOutgoingGrainCallFilter, IClusterConnectionStatusObserver, IDisposable
{
    // As between silos.
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(30);

    // What a call may take besides what it was asked to wait.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    // The other silos need about 6 s to see that one is dead, and then answer those who were to hear from it.
    private static readonly TimeSpan AfterLoss = TimeSpan.FromSeconds(10);

    private CancellationTokenSource _reachesAny = NewSource(time);
    private CancellationTokenSource _reachesAll = NewSource(time);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (!FaultFilter.IsOurs(context))
        {
            await context.Invoke();
            return;
        }

        // Which silo a call went to is not known. One that waits long is not given up because of a silo that it may have nothing to do with.
        var limit = LimitOf(context.Request);
        var any = Volatile.Read(ref _reachesAny).Token;
        var all = limit > Least ? CancellationToken.None : Volatile.Read(ref _reachesAll).Token;
        var call = context.Invoke();
        try
        {
            await call.WaitAsync(limit, time, any).WaitAsync(all);
        }
        catch (OperationCanceledException e) when (e.CancellationToken == any || (e.CancellationToken == all && all.CanBeCanceled))
        {
            throw new SiloUnavailableException("the connection to a silo was lost", e);
        }
        finally
        {
            call.Ignore();
        }
    }

    public void NotifyClusterConnectionLost() => _ = Renew(ref _reachesAny).CancelAsync();

    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        if (currentNumberOfGateways < previousNumberOfGateways)
        {
            Renew(ref _reachesAll).CancelAfter(AfterLoss);
        }
    }

    public void Dispose()
    {
        _reachesAny.Dispose();
        _reachesAll.Dispose();
    }

    /// <summary>How long a call may take.</summary>
    internal static TimeSpan LimitOf(IInvokable request)
    {
        var wait = request.GetMethodName() switch
        {
            nameof(IMessagesFront.RequestAsync) => (TimeSpan)request.GetArgument(1)!,
            nameof(ILocks.AcquireAsync) => (TimeSpan)request.GetArgument(2)!,
            _ => TimeSpan.Zero,
        };
        var limit = (wait < Ranges.WaitMax ? wait : Ranges.WaitMax) + Margin;
        return limit > Least ? limit : Least;
    }

    private static CancellationTokenSource NewSource(TimeProvider time) => new(Timeout.InfiniteTimeSpan, time);

    private CancellationTokenSource Renew(ref CancellationTokenSource source) => Interlocked.Exchange(ref source, NewSource(time));
}
