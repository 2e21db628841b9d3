using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;

namespace Hms.Fabric.Entities;

/// <content>What receivers with a lasting connection ask of the leases that they hold.</content>
public sealed partial class MailboxEntity
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
        long after, int max, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        var received = (MailboxReply.Received)await _host.DecideAsync(
            new MailboxCommand.Redeliver(after, max, lease), cancellationToken);
        var deliveries = await DeliveriesAsync(received.Messages, cancellationToken);
        _meter.Delivered(deliveries.Count);
        return deliveries;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> AwaitSettledAsync(
        IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        var command = new MailboxCommand.FindEnded(receipts);
        var deadline = _services.Clock.Now + wait;
        while (true)
        {
            using var waiter = _signals.Wait(Effect.Signal.Ended);
            var ended = (MailboxReply.Ended)await _host.DecideAsync(command, cancellationToken);
            var left = deadline - _services.Clock.Now;
            if (ended.Receipts.Count > 0 || left <= TimeSpan.Zero || !await IsRaisedAsync(waiter, left, cancellationToken))
            {
                return ended.Receipts;
            }

            waiter.Use();
        }
    }
}
