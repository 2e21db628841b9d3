namespace Hms.Fabric.Entities;

/// <content>Saying to others what has been decided, once it is durable.</content>
public sealed partial class EntityHost<TState, TCommand, TReply>
{
    private const int SpokenAtOnce = 256;

    /// <summary>Waits until everything that the entity has said so far was heard.</summary>
    public ValueTask SettleAsync(CancellationToken cancellationToken = default) => SettleAsync(0, long.MaxValue, cancellationToken);

    private async ValueTask SettleAsync(long from, long to, CancellationToken cancellationToken)
    {
        Task? settled = null;
        while (settled is null)
        {
            // The state may have been thrown away since; what it had to say is then in the store still, under the same numbers.
            await LoadAsync(cancellationToken);
            lock (_gate)
            {
                settled = _activation?.Outbox is { } outbox ? outbox.SettledAsync(from, Math.Min(to, outbox.Last)) : null;
            }
        }

        await settled.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Carries what has been said, to each recipient in order, until all of it was heard. One at a time for each entity. A recipient that cannot
    /// be told holds up nobody else: it is told again after a pause.
    /// </summary>
    private async Task SpeakAsync()
    {
        while (TakeFront(out var activation, out var entries))
        {
            IReadOnlyCollection<long> unheard;
            try
            {
                unheard = await services.Outbox.CarryAsync(_name.Value, entries, CancellationToken.None);
            }
#pragma warning disable CA1031 // Whatever went wrong, what was said must be heard in the end.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogNotHeard(services.Logger, e, Key);
                unheard = [.. entries.Select(entry => entry.Number)];
            }

            lock (_gate)
            {
                activation.Speaking = false;
                if (_activation == activation)
                {
                    // Nobody waits for that: should a crash undo it, what was heard is said again and has no second effect.
                    activation.Outbox.Drop(entries, unheard);
                    Persist(activation, waits: false);
                }
            }

            if (unheard.Count > 0)
            {
                _ = services.Background.RunAsync(() => SpeakAgainAsync(activation));
            }
        }
    }

    private async Task SpeakAgainAsync(Activation activation)
    {
        await Task.Delay(RetryPause, services.Clock.Time);
        lock (_gate)
        {
            activation.Outbox.Listen();
        }

        await SpeakAsync();
    }

    private bool TakeFront(out Activation activation, out OutboxEntry[] entries)
    {
        lock (_gate)
        {
            activation = _activation!;
            entries = activation is null or { Speaking: true } ? [] : activation.Outbox.Front(SpokenAtOnce);
            if (entries.Length == 0)
            {
                return false;
            }

            activation!.Speaking = true;
            return true;
        }
    }
}
