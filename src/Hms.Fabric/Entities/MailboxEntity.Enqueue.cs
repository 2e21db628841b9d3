using System.Diagnostics;
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

            return ResultOf(reply);
        }
        catch
        {
            // Refused, or never decided, or thrown away with the state: in each case nobody will ask for it.
            _services.Bodies.Remove([command.BodyId], stored: false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var commands = new (MailboxCommand, long, MessageBody)[requests.Count];
        for (var i = 0; i < commands.Length; i++)
        {
            var command = Command(requests[i]);
            commands[i] = (command, command.BodyId, command.Body);
        }

        return ManyMessages.EnqueueAsync(_host, _services.Bodies, commands, ResultOf, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var message = OutboxMessage.Decode(delivery.Payload);
        if (message is OutboxMessage.Farewell)
        {
            await _host.ForgetAsync(delivery.Sender, cancellationToken);
            return;
        }

        MailboxCommand command = message switch
        {
            OutboxMessage.OpenMailbox => new MailboxCommand.Open(),
            OutboxMessage.CloseMailbox => new MailboxCommand.Close(),
            OutboxMessage.Retire said => new MailboxCommand.Retire(said.Topic, said.UpTo),
            OutboxMessage.EndLeases => new MailboxCommand.EndLeases(),
            OutboxMessage.Post said => Command(FabricMessages.ToEnqueue(said.Message, said.Answers)) with { IsBeyondLimits = true },
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

    private static EnqueueResult ResultOf(MailboxReply reply) =>
        reply is MailboxReply.Enqueued it ? new(it.Sequence, it.Duplicate, it.FirstId) : throw new UnreachableException();

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
