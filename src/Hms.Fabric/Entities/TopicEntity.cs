using System.Diagnostics;
using System.Globalization;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Topics;
using Hms.Fabric.Messages;
using Hms.Fabric.Storage;

namespace Hms.Fabric.Entities;

/// <summary>One topic: the machine in its host, the bodies, and the feeding of those who subscribe.</summary>
public sealed class TopicEntity : ITopicPort, IResident
{
    private readonly EntityHost<TopicState, TopicCommand, TopicReply> _host;
    private readonly EntityServices _services;
    private readonly BodyReader _bodies;
    private readonly TopicFeeder _feeder;

    /// <summary>The topic of that name.</summary>
    public TopicEntity(string topic, IEntities entities, EntityServices services, TopicLimits limits)
    {
        ArgumentNullException.ThrowIfNull(services);
        Name = topic;
        _services = services;
        _bodies = new BodyReader(services.Bodies, services.Store);
        _host = new(
            EntityKey.Topic(topic),
            services,
            () => new TopicState(topic, limits),
            TopicMachine.Decide,
            new TopicCommand.Wake());
        _feeder = new TopicFeeder(_host, entities, services.Background, services.Logger);
        _host.Observed += state => IsKnown = state is { IsOpen: true };
        _host.Signalled += _feeder.Hear;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsKnown { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default)
    {
        var outcome = (await EnqueueManyAsync([request], cancellationToken))[0];
        return outcome.Fault is { } fault ? throw new FaultException(fault) : outcome.Result;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var commands = new (TopicCommand, long, MessageBody)[requests.Count];
        for (var i = 0; i < commands.Length; i++)
        {
            var command = Command(requests[i]);
            commands[i] = (command, command.BodyId, command.Body);
        }

        return ManyMessages.EnqueueAsync(_host, _services.Bodies, commands, ResultOf, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<TopicRecord> DescribeAsync(CancellationToken cancellationToken = default)
    {
        var it = (TopicReply.Description)await _host.DecideAsync(new TopicCommand.Describe(), cancellationToken);
        return new TopicRecord(Name, it.CreatedAt, it.First, it.Next, it.Retained, it.Bytes, it.Subscribers);
    }

    /// <inheritdoc/>
    public async ValueTask<Page<Subscription>> SubscribersAsync(string after, int limit, CancellationToken cancellationToken = default)
    {
        var listed = (TopicReply.SubscriberList)await _host.DecideAsync(new TopicCommand.ListSubscribers(after, limit), cancellationToken);
        return new Page<Subscription>(
            [.. listed.Items.Select(item => new Subscription(item.Supervisor, item.Patterns, item.Cursor, item.Behind))],
            listed.More ? listed.Items[^1].Supervisor : null);
    }

    /// <inheritdoc/>
    public async ValueTask<Page<TopicMessage>> ReadAsync(long from, int limit, CancellationToken cancellationToken = default)
    {
        var read = (TopicReply.Messages)await _host.DecideAsync(new TopicCommand.Read(from, limit), cancellationToken);
        var bodies = await _bodies.ReadAsync([.. read.Items.Select(item => item.Body)], cancellationToken);
        var items = new List<TopicMessage>(read.Items.Count);
        for (var i = 0; i < read.Items.Count; i++)
        {
            // One that retention has removed on the way here is not there any more.
            if (bodies[i] is { } body)
            {
                items.Add(new TopicMessage(read.Items[i].Sequence, read.Items[i].At, body.Message));
            }
        }

        return new Page<TopicMessage>(items, read.More ? read.Next.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var message = OutboxMessage.Decode(delivery.Payload);
        if (message is OutboxMessage.Publish publish)
        {
            await PublishAsync(delivery, publish, cancellationToken);
            return;
        }

        TopicCommand command = message switch
        {
            OutboxMessage.OpenTopic said => new TopicCommand.Open(said.CreatedAtMs, said.Subscribers),
            OutboxMessage.Subscribe said => new TopicCommand.Subscribe(said.Supervisor, said.Pattern, said.From),
            OutboxMessage.Unsubscribe said => new TopicCommand.Unsubscribe(said.Supervisor, said.Pattern),
            OutboxMessage.Held said => new TopicCommand.Held(said.Supervisor, said.UpTo, said.Sequences),
            OutboxMessage.Release said => new TopicCommand.Release(said.Sequences),
            var other => throw new InvalidOperationException($"a topic does not take {other.GetType().Name}"),
        };
        await _host.HearAsync(delivery.Sender, delivery.Number, command, cancellationToken);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();

    /// <inheritdoc/>
    public bool TryPassivate() => _feeder.IsIdle && _host.TryPassivate();

    private async ValueTask PublishAsync(OutboxDelivery delivery, OutboxMessage.Publish publish, CancellationToken cancellationToken)
    {
        var command = Command(FabricMessages.ToEnqueue(publish.Message));
        _services.Bodies.Add(command.BodyId, command.Body);
        TopicReply? reply = null;
        try
        {
            reply = await _host.HearAsync(delivery.Sender, delivery.Number, command, cancellationToken);
        }
        finally
        {
            if (reply is not TopicReply.Published { Duplicate: false })
            {
                _services.Bodies.Remove([command.BodyId], stored: false);
            }
        }
    }

    private static EnqueueResult ResultOf(TopicReply reply) =>
        reply is TopicReply.Published it ? new(it.Sequence, it.Duplicate, it.FirstId, it.Deliveries) : throw new UnreachableException();

    private TopicCommand.Publish Command(EnqueueRequest request) => new()
    {
        BodyId = _services.Store.NextBodyId(),
        Body = new MessageBody(request.Message, request.TraceParent),
        Source = request.Source,
        Id = request.IdempotencyKey is { } key
            ? Fingerprint.OfIdempotencyKey(request.Source, key)
            : Fingerprint.OfId(request.Source, request.Id),
        FirstId = request.IdempotencyKey is null ? null : request.Id,
        BodyHash = request.BodyHash,
        Priority = request.Priority,
        TtlMs = request.TtlMs ?? 0,
        IsMemory = request.Durability == Durability.Memory,
    };
}
