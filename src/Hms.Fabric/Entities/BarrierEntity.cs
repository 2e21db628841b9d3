using Hms.Abstractions;
using Hms.Domain.Barriers;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Entities;

/// <summary>One barrier: the machine in its host, and those who wait for its end.</summary>
public sealed class BarrierEntity : IBarrierPort, IResident
{
    private readonly EntityHost<BarrierState, BarrierCommand, BarrierReply> _host;
    private readonly IEntities _entities;
    private readonly EndWaiters _waiters;
    private readonly Visits _visits = new();

    /// <summary>The barrier of that id.</summary>
    public BarrierEntity(string id, IEntities entities, EntityServices services, BarrierLimits limits)
    {
        ArgumentNullException.ThrowIfNull(services);
        Name = id;
        _entities = entities;
        _waiters = new EndWaiters(services);
        _host = new(EntityKey.Barrier(id), services, () => new BarrierState(id, limits), BarrierMachine.Decide, new BarrierCommand.Wake());
        _host.Signalled += _waiters.Raise;
        _host.Reset += _waiters.RaiseAll;
        _host.Observed += state => IsKnown = state is { IsKnown: true };
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsKnown { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<(Moved Moved, BarrierRecord? Record, bool Created)> CreateAsync(
        BarrierCall call, string? idempotencyKey, EnqueueRequest? message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var visit = _visits.Begin();
        var sessions = await _entities.ViewSessionsAsync(call.Participants.Append(call.Initiator), cancellationToken);
        var command = new BarrierCommand.Create(call, sessions)
        {
            Key = idempotencyKey is null ? null : Fingerprint.OfIdempotencyKey(call.Initiator, idempotencyKey),
            By = message is null ? null : Stamps.Of(message),
            Answers = message is null ? "" : message.CorrelationId ?? message.Id,
        };
        var reply = await _host.DecideAsync(command, cancellationToken);
        return reply is BarrierReply.Described described
            ? (Moved.Now, described.Record, described.Created)
            : (new Moved(true, true, ((BarrierReply.Repeated)reply).FirstId), null, false);
    }

    /// <inheritdoc/>
    public async ValueTask<BarrierRecord> ArriveAsync(
        string participant, bool ready, long? generation, CancellationToken cancellationToken = default) =>
        RecordOf(await _host.DecideAsync(new BarrierCommand.Arrive(participant, ready, generation), cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<Moved> RespondAsync(
        bool ready, long? generation, string sentTo, EnqueueRequest message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var command = new BarrierCommand.Arrive(message.Source, ready, generation)
        {
            By = Stamps.Of(message),
            PassTo = sentTo,
            Message = message.Message,
        };
        return await _host.DecideAsync(command, cancellationToken) is BarrierReply.Repeated { FirstId: var first }
            ? new Moved(true, true, first)
            : Moved.Now;
    }

    /// <inheritdoc/>
    public ValueTask<BarrierRecord> DescribeAsync(TimeSpan wait, CancellationToken cancellationToken = default) => _waiters.WaitAsync(
        async () => RecordOf(await _host.DecideAsync(new BarrierCommand.Describe(), cancellationToken)),
        static record => record.Phase != BarrierPhase.Waiting,
        wait,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var said = OutboxMessage.Decode(delivery.Payload) as OutboxMessage.SessionEnded
            ?? throw new InvalidOperationException("a barrier takes nothing but the end of sessions");
        await _host.DecideAsync(new BarrierCommand.EndSession(said.Supervisor, said.UpTo), cancellationToken);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();

    /// <inheritdoc/>
    public bool TryPassivate() => _waiters.IsEmpty && _visits.IsEmpty && _host.TryPassivate();

    private static BarrierRecord RecordOf(BarrierReply reply) => ((BarrierReply.Described)reply).Record;
}
