namespace Hms.Fabric.Entities;

/// <content>Saying to others what has been decided, once it is durable.</content>
public sealed partial class EntityHost<TState, TCommand, TReply>
{
    private const int SpokenAtOnce = 64;

    /// <summary>Carries what has been said, in order, until all of it was heard. One at a time for each entity.</summary>
    private async Task SpeakAsync()
    {
        while (TakeFront(out var activation, out var entries))
        {
            try
            {
                await services.Outbox.CarryAsync(_name.Value, entries, CancellationToken.None);
            }
#pragma warning disable CA1031 // Whatever went wrong, what was said must be heard in the end.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogNotHeard(services.Logger, e, Key);
                await Task.Delay(RetryPause, services.Clock.Time);
                activation.Speaking = false;
                continue;
            }

            lock (_gate)
            {
                activation.Speaking = false;
                if (_activation == activation)
                {
                    activation.Outbox.Drop(entries.Length);
                    Persist(activation, waits: true);
                }
            }
        }
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
