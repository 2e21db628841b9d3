using Hms.Domain.Mailboxes;

namespace Hms.Fabric.Entities;

/// <summary>Keeps the fabric's counts in step with one mailbox.</summary>
internal sealed class MailboxMeter(FabricMetrics metrics)
{
    private int _ready;
    private int _leased;
    private int _deadLetters;

    /// <summary>Whether the mailbox is open.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Takes over what the mailbox holds now. Called under the lock of its host.</summary>
    public void Observe(MailboxState? state)
    {
        var (ready, leased, dead) = state is null ? (0, 0, 0) : (state.Ready, state.Leased, state.DeadLetters);
        metrics.Move(ready - _ready, leased - _leased, dead - _deadLetters);
        IsOpen = state is { IsOpen: true };
        if (state is not null)
        {
            Count(state);
        }

        (_ready, _leased, _deadLetters) = (ready, leased, dead);
    }

    public void Delivered(int messages) => metrics.Deliver(messages);

    public void Acked(int messages) => metrics.Ack(messages);

    private void Count(MailboxState state)
    {
        var (expired, buried) = state.TakeCounts();
        if (buried > 0)
        {
            metrics.DeadLettered.Add(buried);
        }

        if (expired > 0)
        {
            metrics.Expired.Add(expired);
        }
    }
}
