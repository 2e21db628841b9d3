using Hms.Abstractions;
using Hms.Domain.Mailboxes;

namespace Hms.Fabric.Entities;

/// <content>Requesters that wait for a reply.</content>
public sealed partial class MailboxEntity
{
    // How long a requester waits before it says again that it does; well within the time for which that holds.
    private static readonly TimeSpan TicketRenewal = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ReplyLease = TimeSpan.FromSeconds(30);

    // A timer counts whole milliseconds: waiting for less would be no waiting, again and again until the time is over.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    /// <inheritdoc/>
    public async ValueTask<Delivery?> AwaitReplyAsync(ReplyTicket ticket, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var request = Fingerprint.OfRequest(ticket.Requester, ticket.RequestId);
        var command = new MailboxCommand.ClaimReply(request, Hashes(ticket), ReplyLease, ticket.Earlier);
        var deadline = _services.Clock.Now + wait;
        while (true)
        {
            using var waiter = wait > TimeSpan.Zero ? _signals.Wait(request) : null;
            var received = (MailboxReply.Received)await _host.DecideAsync(command, cancellationToken);
            if (received.Messages.Count > 0)
            {
                // Others who asked the same wait for the same reply.
                _signals.Raise(request);
                var deliveries = await DeliveriesAsync(received.Messages, cancellationToken);
                return deliveries.Count > 0 ? deliveries[0] : null;
            }

            var left = deadline - _services.Clock.Now;
            if (waiter is null || left < ShortestWait)
            {
                return null;
            }

            if (await IsRaisedAsync(waiter, left < TicketRenewal ? left : TicketRenewal, cancellationToken))
            {
                waiter.Use();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask ForgetReplyAsync(ReplyTicket ticket, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var request = Fingerprint.OfRequest(ticket.Requester, ticket.RequestId);
        await _host.DecideAsync(new MailboxCommand.ForgetReply(request, Hashes(ticket)), cancellationToken);
    }

    private static ulong[] Hashes(ReplyTicket ticket) =>
        [.. ticket.From.Select(sender => Fingerprint.OfReply(sender, ticket.Correlation))];
}
