using Hms.Abstractions;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Coordination;
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
    private static readonly TimeSpan CountMax = TimeSpan.FromSeconds(2);

    private readonly IEntities _entities;
    private readonly FabricClock _clock;
    private readonly FabricMetrics _metrics;
    private readonly Func<FabricStatus> _status;
    private readonly MessageValidator _validator;
    private readonly Router _router;
    private readonly TypeCatalogue _types;
    private readonly SupervisorDirectory _supervisors;
    private readonly TopicDirectory _topics;
    private readonly TaskService _tasks;
    private readonly LockService _locks;
    private readonly BarrierService _barriers;

    /// <summary>A fabric over an engine's entities.</summary>
    /// <param name="entities">Finds entities.</param>
    /// <param name="clock">The time.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="status">What the engine says of itself.</param>
    /// <param name="newId">Makes ids; as <see cref="EntityServices.NewId"/>.</param>
    public FabricService(
        IEntities entities, FabricClock clock, FabricMetrics metrics, FabricOptions options, Func<FabricStatus> status, Func<Guid>? newId = null)
    {
        var makeId = newId ?? Guid.CreateVersion7;
        ArgumentNullException.ThrowIfNull(options);
        var types = new MessageTypeSet();
        _entities = entities;
        _clock = clock;
        _metrics = metrics;
        _status = status;
        _validator = new MessageValidator(types, options.StrictTypes, options.MessageBytesMax);
        _types = new TypeCatalogue(entities, types);
        _supervisors = new SupervisorDirectory(entities, clock, makeId);
        _topics = new TopicDirectory(entities);
        _tasks = new TaskService(entities, clock, makeId);
        _locks = new LockService(entities, clock, makeId);
        _barriers = new BarrierService(entities, clock);
        _router = new Router(
            entities,
            new MetaSupervisor(entities, clock, new MetaAnswers(this, clock)),
            new CoordinationMessages(entities, _tasks, _barriers),
            metrics);
    }

    /// <inheritdoc/>
    public ISupervisors Supervisors => _supervisors;

    /// <inheritdoc/>
    public ITopics Topics => _topics;

    /// <inheritdoc/>
    public ITasks Tasks => _tasks;

    /// <inheritdoc/>
    public ILocks Locks => _locks;

    /// <inheritdoc/>
    public IBarriers Barriers => _barriers;

    /// <inheritdoc/>
    public IMessageTypes MessageTypes => _types;

    /// <inheritdoc/>
    public IMailbox Mailbox(string supervisor) => _entities.Mailbox(supervisor);

    /// <summary>A mailbox with what other parts of the fabric do to it.</summary>
    internal IMailboxPort MailboxOf(string supervisor) => _entities.Mailbox(supervisor);

    /// <summary>
    /// Takes up what was stored: the custom message types. To be called before the first message, and again whenever another process may have
    /// changed them.
    /// </summary>
    public ValueTask StartAsync(CancellationToken cancellationToken = default) => new(_types.LoadAsync().WaitAsync(cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<SendReceipt> SendAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var envelope = Read(request);
        if (!MessageBatch.IsBatch(envelope))
        {
            return await _router.RouteAsync(envelope, request, cancellationToken);
        }

        var outcomes = new SendOutcome[1];
        var gathering = new Gathering(_router, _validator);
        gathering.Add(envelope, request, outcomes, 0, cancellationToken);
        await gathering.RunAsync(cancellationToken);
        return outcomes[0].Fault is { } fault ? throw new FaultException(fault) : outcomes[0].Receipt;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SendOutcome>> SendManyAsync(
        IReadOnlyList<SendRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var outcomes = new SendOutcome[requests.Count];
        var gathering = new Gathering(_router, _validator);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (_validator.TryRead(requests[i].Message, out var envelope, out var fault))
            {
                gathering.Add(envelope, requests[i], outcomes, i, cancellationToken);
            }
            else
            {
                outcomes[i] = new SendOutcome(default, fault);
            }
        }

        await gathering.RunAsync(cancellationToken);
        return outcomes;
    }

    /// <inheritdoc/>
    public async ValueTask<Reply> RequestAsync(SendRequest request, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var envelope = Read(request);
        if (ProblemOfRequest(envelope) is { } problem)
        {
            throw new FaultException(new Fault(ErrorCode.Validation, "there is nobody to wait for")
            {
                Problems = [problem],
                SourceMessageId = envelope.Id,
            });
        }

        if (CoordinationMessages.AsksForLock(envelope) && await _router.AskLockAsync(envelope, request, cancellationToken) is { } answer)
        {
            return new HandedReply(envelope.Source, _entities.Mailbox(envelope.Source), answer, envelope.Routed.ReplyCorrelation);
        }

        // What waits for a lock is known to it from here on: it is the same message again.
        var exchange = new Exchange(_router, _entities.Mailbox(envelope.Source), envelope, request);
        return await exchange.RunAsync(wait < Ranges.WaitMax ? wait : Ranges.WaitMax, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Problem>> ValidateAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        new(_validator.Validate(message));

    /// <inheritdoc/>
    public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken = default) => new(_status().Problem);

    /// <inheritdoc/>
    public async ValueTask<FabricStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        int? supervisors = null;
        try
        {
            supervisors = await _supervisors.CountAsync(cancellationToken).AsTask().WaitAsync(CountMax, _clock.Time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or FaultException { Fault.Code: ErrorCode.Unavailable })
        {
            // All else is known all the same, and is asked for most when something is away.
        }

        return _status() with { Supervisors = supervisors, Counters = _metrics.Snapshot() };
    }

    private static Problem? ProblemOfRequest(Envelope envelope) =>
        MessageBatch.IsBatch(envelope) ? new Problem("/message_type", "must not be a batch where a reply is waited for")
        : envelope.Destination.Kind is not (DestinationKind.Supervisor or DestinationKind.Fabric)
        ? new Problem("/destination", "must be a supervisor's id where a reply is waited for")
        : null;

    private Envelope Read(SendRequest request) =>
        _validator.TryRead(request.Message, out var envelope, out var fault) ? envelope : throw new FaultException(fault);
}
