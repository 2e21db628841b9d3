using Hms.Domain.Entities;

namespace Hms.Fabric.Entities;

/// <summary>Those who wait in this process until something has ended: a task, a barrier.</summary>
internal sealed class EndWaiters(EntityServices services)
{
    private readonly Signals _signals = new(services.Background);

    /// <summary>Whether nobody waits.</summary>
    public bool IsEmpty => _signals.IsEmpty;

    /// <summary>Wakes all, where what they wait for may have come.</summary>
    public void Raise(ulong signal)
    {
        if (signal == Effect.Signal.Ended)
        {
            _signals.RaiseAll(signal);
        }
    }

    /// <summary>Wakes all: anything may have changed.</summary>
    public void RaiseAll() => _signals.RaiseAll();

    /// <summary>Looks until what is seen has ended, or the wait is over.</summary>
    public async ValueTask<T> WaitAsync<T>(
        Func<ValueTask<T>> look, Func<T, bool> hasEnded, TimeSpan wait, CancellationToken cancellationToken)
    {
        var deadline = services.Clock.Now + wait;
        while (true)
        {
            using var waiter = wait > TimeSpan.Zero ? _signals.Wait(Effect.Signal.Ended) : null;
            var seen = await look();
            var left = deadline - services.Clock.Now;
            if (waiter is null || left <= TimeSpan.Zero || hasEnded(seen))
            {
                return seen;
            }

            try
            {
                await waiter.Source.Task.WaitAsync(left, services.Clock.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return seen;
            }
        }
    }
}
