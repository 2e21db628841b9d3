using Hms.Abstractions;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Entities;
using Hms.Fabric.Messages;
using Hms.Protocol;
using Hms.Protocol.Catalogue;

namespace Hms.Fabric;

/// <summary>
/// The way of a message, the same in every engine: read and checked once, then routed to the entity that decides. Nothing is written
/// anew: what is delivered is the bytes that came in.
/// </summary>
public sealed class FabricService : IFabric
{
    private readonly IEntities _entities;
    private readonly FabricMetrics _metrics;
    private readonly Func<FabricStatus> _status;
    private readonly MessageValidator _validator;
    private readonly MetaSupervisor _meta;
    private readonly TypeCatalogue _types;
    private readonly SupervisorDirectory _supervisors;

    /// <summary>A fabric over an engine's entities.</summary>
    /// <param name="entities">Finds entities.</param>
    /// <param name="clock">The time.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="status">What the engine says of itself.</param>
    public FabricService(
        IEntities entities, FabricClock clock, FabricMetrics metrics, FabricOptions options, Func<FabricStatus> status)
    {
        ArgumentNullException.ThrowIfNull(options);
        var types = new MessageTypeSet();
        _entities = entities;
        _metrics = metrics;
        _status = status;
        _validator = new MessageValidator(types, options.StrictTypes);
        _types = new TypeCatalogue(entities, types);
        _supervisors = new SupervisorDirectory(entities);
        _meta = new MetaSupervisor(entities, clock);
    }

    /// <inheritdoc/>
    public ISupervisors Supervisors => _supervisors;

    /// <inheritdoc/>
    public IMessageTypes MessageTypes => _types;

    /// <inheritdoc/>
    public IMailbox Mailbox(string supervisor) => _entities.Mailbox(supervisor);

    /// <summary>Takes up what was stored: the custom message types. To be called before the first message.</summary>
    public ValueTask StartAsync(CancellationToken cancellationToken = default) => _types.LoadAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<SendReceipt> SendAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var envelope = Read(request);
        return await RouteAsync(envelope, request, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<Reply> RequestAsync(SendRequest request, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var envelope = Read(request);
        if (envelope.Destination.Kind is not (DestinationKind.Supervisor or DestinationKind.Fabric))
        {
            throw new FaultException(new Fault(ErrorCode.Validation, "a request goes to one supervisor: nobody answers for a topic or for all")
            {
                Problems = [new Problem("/destination", "must be a supervisor's id where a reply is waited for")],
                SourceMessageId = envelope.Id,
            });
        }

        var exchange = new Exchange(this, _entities.Mailbox(envelope.Source), envelope, request);
        return await exchange.RunAsync(wait < Ranges.WaitMax ? wait : Ranges.WaitMax, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Problem>> ValidateAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        new(_validator.Validate(message));

    /// <inheritdoc/>
    public async ValueTask<FabricStatus> StatusAsync(CancellationToken cancellationToken = default) => _status() with
    {
        Supervisors = await _supervisors.CountAsync(cancellationToken),
        Counters = _metrics.Snapshot(),
    };

    internal async ValueTask<SendReceipt> RouteAsync(Envelope envelope, SendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            switch (envelope.Destination.Kind)
            {
                case DestinationKind.Supervisor:
                    return await EnqueueAsync(envelope, request, cancellationToken);
                case DestinationKind.Fabric:
                    await _meta.TakeAsync(envelope, cancellationToken);
                    _metrics.Accept(duplicate: false);
                    return new SendReceipt(envelope.Id, 1, Duplicate: false, request.Durability);
                case DestinationKind.Topic:
                case DestinationKind.Everybody:
                default:
                    throw new FaultException(
                        ErrorCode.DestinationNotFound, "this version routes to supervisors only, not to topics or to everybody");
            }
        }
        catch (FaultException e) when (e.Fault.SourceMessageId.Length == 0)
        {
            throw new FaultException(e.Fault with { SourceMessageId = envelope.Id }, e.InnerException);
        }
    }

    private async ValueTask<SendReceipt> EnqueueAsync(Envelope envelope, SendRequest request, CancellationToken cancellationToken)
    {
        var enqueue = FabricMessages.ToEnqueue(envelope) with { Durability = request.Durability, TraceParent = request.TraceParent };
        if (request.IdempotencyKey is { } key)
        {
            enqueue = enqueue with { IdempotencyKey = key, BodyHash = IdempotentPart.HashOf(envelope) };
        }

        var result = await _entities.Mailbox(envelope.Destination.Name).EnqueueAsync(enqueue, cancellationToken);
        _metrics.Accept(result.Duplicate);
        return new SendReceipt(result.FirstId ?? envelope.Id, 1, result.Duplicate, request.Durability);
    }

    private Envelope Read(SendRequest request) =>
        _validator.TryRead(request.Message, out var envelope, out var fault) ? envelope : throw new FaultException(fault);
}
