using Hms.Abstractions;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Coordination;
using Hms.Fabric.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>Brings messages to where they go (section 6): a mailbox, a topic's log, or the fabric itself.</summary>
internal sealed class Router(IEntities entities, MetaSupervisor meta, CoordinationMessages coordination, FabricMetrics metrics)
{
    private readonly Lanes<(string Source, string Kind, string Name)> _lanes = new();
    private readonly Publishing _publishing = new(entities);

    /// <summary>Brings one message to where it goes; returns when it is safe there.</summary>
    public async ValueTask<SendReceipt> RouteAsync(Envelope envelope, SendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (CoordinationMessages.MayMove(envelope)
                && await MoveAsync(envelope, request, cancellationToken) is { IsKnown: true } moved
                && envelope.Destination.Kind is DestinationKind.Supervisor or DestinationKind.Fabric)
            {
                return Receipt(envelope.Id, request with { Durability = Durability.Fsync }, new EnqueueResult(0, moved.Duplicate, moved.FirstId));
            }

            if (envelope.Destination.Kind == DestinationKind.Fabric)
            {
                return await TakeAsync(envelope, request, cancellationToken);
            }

            var enqueue = Enqueue(envelope, request);
            var destination = envelope.Destination;
            var result = destination.Kind == DestinationKind.Supervisor
                ? await entities.Mailbox(destination.Name).EnqueueAsync(enqueue, cancellationToken)
                : await PublishAsync(destination.Name, enqueue, cancellationToken);
            return Receipt(envelope.Id, request, result);
        }
        catch (FaultException e) when (e.Fault.SourceMessageId.Length == 0)
        {
            throw new FaultException(e.Fault with { SourceMessageId = envelope.Id }, e.InnerException);
        }
    }

    /// <summary>The answer to a request for a lock, where it is there at once; null where it comes through the mailbox.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> AskLockAsync(Envelope envelope, SendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var (moved, answer) = await _lanes.RunAsync(
                LaneOf(envelope), () => coordination.AskLockAsync(envelope, request, cancellationToken));
            if (answer.IsEmpty)
            {
                return null;
            }

            metrics.Accept(moved.Duplicate);
            return answer;
        }
        catch (FaultException e) when (e.Fault.SourceMessageId.Length == 0)
        {
            throw new FaultException(e.Fault with { SourceMessageId = envelope.Id }, e.InnerException);
        }
    }

    /// <summary>What the fabric itself is told, as <see cref="RouteAsync"/>; returns a fault as a value.</summary>
    public async ValueTask<SendOutcome> TakeOneAsync(Envelope envelope, SendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return new SendOutcome(await RouteAsync(envelope, request, cancellationToken), null);
        }
        catch (FaultException e)
        {
            return new SendOutcome(default, e.Fault);
        }
    }

    /// <summary>Brings messages to one destination, in order; what came of each.</summary>
    public ValueTask<IReadOnlyList<EnqueueOutcome>> RouteManyAsync(
        Destination destination, IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken) =>
        destination.Kind == DestinationKind.Supervisor
            ? entities.Mailbox(destination.Name).EnqueueManyAsync(requests, cancellationToken)
            : _publishing.PublishAsync(destination.Name, requests, cancellationToken);

    /// <summary>What a mailbox or a topic needs to know of a message.</summary>
    public static EnqueueRequest Enqueue(Envelope envelope, SendRequest request) => new(envelope.Bytes, envelope.Source, envelope.Id)
    {
        CorrelationId = envelope.Routed.CorrelationId,
        IdempotencyKey = request.IdempotencyKey,
        BodyHash = request.IdempotencyKey is null ? Fingerprint.OfBytes(envelope.Bytes.Span) : IdempotentPart.HashOf(envelope.Routed),
        Priority = envelope.Routed.Priority,
        TtlMs = envelope.Routed.TtlMs,
        Durability = request.Durability,
        TraceParent = Tracing.ParentOf(request.TraceParent),
    };

    /// <summary>What the sender is told.</summary>
    public SendReceipt Receipt(string id, SendRequest request, EnqueueResult result)
    {
        metrics.Accept(result.Duplicate);
        return new SendReceipt(result.FirstId ?? id, result.Deliveries, result.Duplicate, request.Durability);
    }

    // What moves something asks others first, some longer than others: without this, one source could overtake itself.
    private ValueTask<Moved> MoveAsync(Envelope envelope, SendRequest request, CancellationToken cancellationToken) =>
        _lanes.RunAsync(LaneOf(envelope), () => coordination.MoveAsync(envelope, request, cancellationToken));

    private static (string Source, string Kind, string Name) LaneOf(Envelope envelope)
    {
        var (kind, name) = CoordinationMessages.WhatOf(envelope);
        return (envelope.Source, kind, name);
    }

    private async ValueTask<SendReceipt> TakeAsync(Envelope envelope, SendRequest request, CancellationToken cancellationToken)
    {
        var taken = await meta.TakeAsync(envelope.Routed, Enqueue(envelope, request), cancellationToken);
        return Receipt(envelope.Id, request, new EnqueueResult(0, taken.Duplicate, taken.FirstId));
    }

    private async ValueTask<EnqueueResult> PublishAsync(string topic, EnqueueRequest request, CancellationToken cancellationToken)
    {
        var outcome = (await _publishing.PublishAsync(topic, [request], cancellationToken))[0];
        return outcome.Fault is { } fault ? throw new FaultException(fault) : outcome.Result;
    }
}
