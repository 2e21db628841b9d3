using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Messages;
using Hms.Fabric.Storage;
using Hms.Protocol;

namespace Hms.Fabric.Entities;

/// <summary>One supervisor's mailbox: the machine in its host, the bodies, and those who wait.</summary>
public sealed partial class MailboxEntity : IMailboxPort
{
    private readonly EntityHost<MailboxState, MailboxCommand, MailboxReply> _host;
    private readonly EntityServices _services;
    private readonly BodyReader _bodies;
    private readonly Signals _signals = new();
    private readonly MailboxMeter _meter;

    /// <summary>The mailbox of one supervisor.</summary>
    public MailboxEntity(string supervisor, EntityServices services, MailboxLimits limits, FabricMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Supervisor = supervisor;
        _services = services;
        _bodies = new BodyReader(services.Bodies, services.Store);
        _meter = new MailboxMeter(metrics);
        _host = new(
            new EntityKey(EntityKind.Mailbox, supervisor),
            services,
            () => new MailboxState(supervisor, limits, NewActivation()),
            MailboxMachine.Decide,
            new MailboxCommand.Wake());
        _host.Signalled += _signals.Raise;
        _host.Reset += _signals.RaiseAll;
        _host.Observed += _meter.Observe;
    }

    /// <summary>Whose mailbox it is.</summary>
    public string Supervisor { get; }

    /// <summary>Whether its supervisor is registered, as far as is known in memory.</summary>
    public bool IsOpen => _meter.IsOpen;

    /// <inheritdoc/>
    public async ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var command = Command(request);
        _services.Bodies.Add(command.BodyId, command.Body);
        try
        {
            var reply = (MailboxReply.Enqueued)await _host.DecideAsync(command, cancellationToken);
            if (reply.Duplicate)
            {
                _services.Bodies.Remove([command.BodyId], stored: false);
            }

            return new EnqueueResult(reply.Sequence, reply.Duplicate, reply.FirstId);
        }
        catch
        {
            // Refused, or never decided, or thrown away with the state: in each case nobody will ask for it.
            _services.Bodies.Remove([command.BodyId], stored: false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var command = new MailboxCommand.Receive(request.Max, request.Lease);
        var wait = request.Wait < Ranges.WaitMax ? request.Wait : Ranges.WaitMax;
        var deadline = _services.Clock.Now + wait;
        while (true)
        {
            using var waiter = wait > TimeSpan.Zero ? _signals.Wait(0) : null;
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
    public async ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default)
    {
        var listed = (MailboxReply.DeadLetterList)await _host.DecideAsync(
            new MailboxCommand.ListDeadLetters(after, limit), cancellationToken);
        var bodies = await _bodies.ReadAsync([.. listed.Messages.Select(message => message.Body)], cancellationToken);
        var items = new List<DeadLetter>(listed.Messages.Count);
        for (var i = 0; i < listed.Messages.Count; i++)
        {
            var message = listed.Messages[i];
            if (bodies[i] is { } body)
            {
                items.Add(new DeadLetter(message.Sequence, message.Reason, message.DeadAt, message.Attempt, body.Message));
            }
        }

        var next = listed.More ? listed.Messages[^1].Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
        return new Page<DeadLetter>(items, next);
    }

    /// <inheritdoc/>
    public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default) =>
        ChangeAsync(new MailboxCommand.Redrive(sequences), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default) =>
        ChangeAsync(new MailboxCommand.PurgeDeadLetters(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<MailboxCounts> CountAsync(CancellationToken cancellationToken = default)
    {
        var counts = (MailboxReply.Counts)await _host.DecideAsync(new MailboxCommand.Count(), cancellationToken);
        return new MailboxCounts(counts.Ready, counts.Leased, counts.DeadLetters);
    }

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        MailboxCommand command = OutboxMessage.Decode(delivery.Payload) switch
        {
            OutboxMessage.OpenMailbox => new MailboxCommand.Open(),
            OutboxMessage.CloseMailbox => new MailboxCommand.Close(),
            OutboxMessage.Post said => Command(FabricMessages.ToEnqueue(said.Message)) with { IsBeyondLimits = true },
            var other => throw new InvalidOperationException($"a mailbox does not take {other.GetType().Name}"),
        };
        var post = command as MailboxCommand.Enqueue;
        if (post is not null)
        {
            _services.Bodies.Add(post.BodyId, post.Body);
        }

        MailboxReply? reply = null;
        try
        {
            reply = await _host.HearAsync(delivery.Sender, delivery.Number, command, cancellationToken);
        }
        finally
        {
            if (post is not null && reply is not MailboxReply.Enqueued { Duplicate: false })
            {
                _services.Bodies.Remove([post.BodyId], stored: false);
            }
        }
    }

    /// <summary>Says that something may be due.</summary>
    public Task WakeAsync() => _host.WakeAsync();

    /// <summary>Drops what need not be in memory; true where nothing is left, and nobody waits.</summary>
    public bool TryPassivate() => _signals.IsEmpty && _host.TryPassivate();

    private MailboxCommand.Enqueue Command(EnqueueRequest request) => new()
    {
        BodyId = _services.Store.NextBodyId(),
        Body = new MessageBody(request.Message, request.TraceParent),
        Id = request.IdempotencyKey is { } key
            ? Fingerprint.OfIdempotencyKey(request.Source, key)
            : Fingerprint.OfId(request.Source, request.Id),
        FirstId = request.IdempotencyKey is null ? null : request.Id,
        BodyHash = request.BodyHash,
        ReplyHash = request.CorrelationId is null ? 0 : Fingerprint.OfReply(request.Source, request.CorrelationId),
        Priority = request.Priority,
        TtlMs = request.TtlMs ?? 0,
        IsMemory = request.Durability == Durability.Memory,
    };

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
                deliveries.Add(new Delivery(
                    message.Receipt, message.Sequence, message.Attempt, message.Until, null, body.TraceParent, body.Message));
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

    private async ValueTask<int> ChangeAsync(MailboxCommand command, CancellationToken cancellationToken) =>
        ((MailboxReply.Changed)await _host.DecideAsync(command, cancellationToken)).Count;

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

    // Milliseconds tell activations of this machine apart, whatever the clock did between them is told apart by the random bits.
    private long NewActivation() =>
        (_services.Clock.Now.ToUnixTimeMilliseconds() << 16) | (uint)Random.Shared.Next(1 << 16);
}
