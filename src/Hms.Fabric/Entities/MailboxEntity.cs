using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Messages;
using Hms.Fabric.Storage;
using Hms.Protocol;

namespace Hms.Fabric.Entities;

/// <summary>One supervisor's mailbox: the machine in its host, the bodies, and those who wait.</summary>
public sealed partial class MailboxEntity : IMailboxPort, IResident
{
    private readonly EntityHost<MailboxState, MailboxCommand, MailboxReply> _host;
    private readonly EntityServices _services;
    private readonly BodyReader _bodies;
    private readonly Signals _signals;
    private readonly MailboxMeter _meter;

    /// <summary>The mailbox of one supervisor.</summary>
    public MailboxEntity(string supervisor, EntityServices services, MailboxLimits limits, FabricMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Name = supervisor;
        _services = services;
        _bodies = new BodyReader(services.Bodies, services.Store);
        _signals = new Signals(services.Background);
        _meter = new MailboxMeter(metrics);
        _host = new(
            new EntityKey(EntityKind.Mailbox, supervisor),
            services,
            () => new MailboxState(supervisor, limits, NewActivation()),
            MailboxMachine.Decide,
            new MailboxCommand.Wake());
        _host.Signalled += Raise;
        _host.Reset += _signals.RaiseAll;
        _host.Observed += _meter.Observe;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsKnown => _meter.IsOpen;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var command = new MailboxCommand.Receive(request.Max, request.Lease);
        var wait = request.Wait < Ranges.WaitMax ? request.Wait : Ranges.WaitMax;
        var deadline = _services.Clock.Now + wait;
        while (true)
        {
            using var waiter = wait > TimeSpan.Zero ? _signals.Wait(Effect.Signal.Ready) : null;
            var received = (MailboxReply.Received)await _host.DecideAsync(command, cancellationToken);
            if (received.Messages.Count > 0)
            {
                // A signal that came in the meantime was for a further message, and so is for another receiver.
                waiter?.Dispose();
                return await DeliverAsync(received.Messages, request, cancellationToken);
            }

            var left = deadline - _services.Clock.Now;
            if (waiter is null || left <= TimeSpan.Zero || !await IsRaisedAsync(waiter, left, cancellationToken))
            {
                return [];
            }

            waiter.Use();
        }
    }

    /// <inheritdoc/>
    public ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default) =>
        SettleAsync(new MailboxCommand.Ack(receipts), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SettleAsync(
            new MailboxCommand.Nack(request.Receipts, request.Delay, request.DeadLetter, request.Reason), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default) =>
        SettleAsync(new MailboxCommand.Return(receipts), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AckResult> ExtendAsync(
        IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken = default) =>
        SettleAsync(new MailboxCommand.Extend(receipts, lease), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<MailboxCounts> CountAsync(CancellationToken cancellationToken = default)
    {
        var counts = (MailboxReply.Counts)await _host.DecideAsync(new MailboxCommand.Count(), cancellationToken);
        return new MailboxCounts(counts.Ready, counts.Leased, counts.DeadLetters);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();

    /// <inheritdoc/>
    public bool TryPassivate() => _signals.IsEmpty && _host.TryPassivate();

    private async ValueTask<IReadOnlyList<Delivery>> DeliverAsync(
        IReadOnlyList<LeasedMessage> messages, ReceiveRequest request, CancellationToken cancellationToken)
    {
        var deliveries = await DeliveriesAsync(messages, cancellationToken);
        _meter.Delivered(deliveries.Count);
        if (request.AutoAck)
        {
            await AckAsync([.. deliveries.Select(delivery => delivery.Receipt)], cancellationToken);
        }

        return deliveries;
    }

    private async ValueTask<IReadOnlyList<Delivery>> DeliveriesAsync(
        IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        MessageBody?[] bodies;
        try
        {
            bodies = await _bodies.ReadAsync([.. messages.Select(message => message.Body)], cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch
        {
            await GiveBackAsync(messages);
            throw;
        }

        var deliveries = new List<Delivery>(messages.Count);
        for (var i = 0; i < messages.Count; i++)
        {
            // A body is gone when the message was ended in another way while it was on its way here.
            if (bodies[i] is { } body)
            {
                var message = messages[i];
                Tracing.Delivered(Name, message.Sequence, message.Attempt, body.TraceParent);
                deliveries.Add(new Delivery(
                    message.Receipt, message.Sequence, message.Attempt, message.Until, message.Topic, body.TraceParent, body.Message));
            }
        }

        return deliveries;
    }

    /// <summary>Gives back what was leased to a caller who will not get it, so that it need not wait out its lease.</summary>
    private async ValueTask GiveBackAsync(IReadOnlyList<LeasedMessage> messages)
    {
        try
        {
            await ReturnAsync([.. messages.Select(message => message.Receipt).Where(receipt => receipt.Length > 0)]);
        }
        catch (FaultException)
        {
            // Its state was thrown away, and the leases with it.
        }
    }

    private async ValueTask<AckResult> SettleAsync(MailboxCommand command, CancellationToken cancellationToken)
    {
        var settled = (MailboxReply.Settled)await _host.DecideAsync(command, cancellationToken);
        if (command is MailboxCommand.Ack)
        {
            _meter.Acked(settled.Count);
        }

        return new AckResult(settled.Count, settled.Stale);
    }

    private async ValueTask<bool> IsRaisedAsync(Signals.Waiter waiter, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Source.Task.WaitAsync(wait, _services.Clock.Time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>A message that is ready is for one who waits; that something is held no more is for all.</summary>
    private void Raise(ulong what)
    {
        if (what == Effect.Signal.Ended)
        {
            _signals.RaiseAll(what);
        }
        else
        {
            _signals.Raise(what);
        }
    }

    // Milliseconds tell activations of this machine apart, whatever the clock did between them is told apart by the random bits.
    private long NewActivation() =>
        (_services.Clock.Now.ToUnixTimeMilliseconds() << 16) | (ushort)_services.NewId().GetHashCode();
}
