using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Messages;

namespace Hms.Fabric.Entities;

/// <content>Messages coming in.</content>
public sealed partial class MailboxEntity
{
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
    public async ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var commands = new MailboxCommand.Enqueue[requests.Count];
        for (var i = 0; i < commands.Length; i++)
        {
            commands[i] = Command(requests[i]);
            _services.Bodies.Add(commands[i].BodyId, commands[i].Body);
        }

        IReadOnlyList<Decided<MailboxReply>> decided;
        try
        {
            decided = await _host.DecideManyAsync(commands, cancellationToken);
        }
        catch
        {
            _services.Bodies.Remove([.. commands.Select(command => command.BodyId)], stored: false);
            throw;
        }

        var outcomes = new EnqueueOutcome[commands.Length];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var reply = decided[i].Reply as MailboxReply.Enqueued;
            if (reply is not { Duplicate: false })
            {
                _services.Bodies.Remove([commands[i].BodyId], stored: false);
            }

            outcomes[i] = reply is null
                ? new EnqueueOutcome(default, decided[i].Fault)
                : new EnqueueOutcome(new EnqueueResult(reply.Sequence, reply.Duplicate, reply.FirstId), null);
        }

        return outcomes;
    }

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        MailboxCommand command = OutboxMessage.Decode(delivery.Payload) switch
        {
            OutboxMessage.OpenMailbox => new MailboxCommand.Open(),
            OutboxMessage.CloseMailbox => new MailboxCommand.Close(),
            OutboxMessage.Retire said => new MailboxCommand.Retire(said.Topic, said.UpTo),
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

        if (command is MailboxCommand.Open or MailboxCommand.Close)
        {
            // Who has registered hears from then on what goes to everybody: the topic must know before anybody is told.
            await _host.SettleAsync(cancellationToken);
        }
    }

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
}
