using Hms.Abstractions;
using Hms.Fabric.Coordination;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>
/// Messages that are sent together, sorted by where they go, so that each mailbox and topic is called once. The order for each
/// destination is that in which they were added.
/// </summary>
internal sealed class Gathering(Router router, MessageValidator validator)
{
    private readonly Dictionary<Destination, Group> _groups = [];
    private readonly List<Task> _others = [];
    private readonly Lanes<(string Kind, string Name)> _lanes = new();
    private Group? _last;

    /// <summary>Adds a message; its outcome is put into a place of an array once it is known. The envelope is disposed of here.</summary>
    public void Add(Envelope envelope, SendRequest request, SendOutcome[] outcomes, int place, CancellationToken cancellationToken)
    {
        if (MessageBatch.IsBatch(envelope))
        {
            AddBatch(envelope, request, outcomes, place, cancellationToken);
            return;
        }

        if (envelope.Destination.Kind == DestinationKind.Fabric || CoordinationMessages.MayMove(envelope))
        {
            _others.Add(TakeAsync(envelope, request, outcomes, place, cancellationToken));
            return;
        }

        using (envelope)
        {
            GroupOf(envelope.Destination).Add(Router.Enqueue(envelope, request), new Slot(envelope.Id, request, outcomes, place));
        }
    }

    /// <summary>Hands all of it over, before it returns for the first time, and returns when all outcomes are known.</summary>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        if (_groups.Count == 1 && _others.Count == 0)
        {
            await RunAsync(_last!, cancellationToken);
            return;
        }

        foreach (var group in _groups.Values)
        {
            _others.Add(RunAsync(group, cancellationToken).AsTask());
        }

        await Task.WhenAll(_others);
    }

    /// <summary>A key stands for the id of one message, so a batch has none.</summary>
    private static Fault? FaultOfKey(Envelope batch, SendRequest request) => request.IdempotencyKey is null
        ? null
        : new Fault(ErrorCode.Validation, "an idempotency key stands for the id of one message")
        {
            Problems = [new Problem("/message_type", "must not be a batch where an idempotency key is given")],
            SourceMessageId = batch.Id,
        };

    /// <summary>Each message of a batch is handled alone (section 9.1), wherever the batch itself is said to go.</summary>
    private void AddBatch(Envelope batch, SendRequest request, SendOutcome[] outcomes, int place, CancellationToken cancellationToken)
    {
        using (batch)
        {
            if (FaultOfKey(batch, request) is { } refusal)
            {
                outcomes[place] = new SendOutcome(default, refusal);
                return;
            }

            var items = MessageBatch.Items(batch);
            var results = new SendOutcome[items.Count];
            outcomes[place] = new SendOutcome(
                new SendReceipt(batch.Id, 0, Duplicate: false, request.Durability) { Results = results }, null);
            var unpackable = validator.UnpackedBytesMax;
            for (var i = 0; i < results.Length; i++)
            {
                if (validator.TryReadItem(items[i], ref unpackable, out var item, out var fault))
                {
                    Add(item, request with { Message = items[i] }, results, i, cancellationToken);
                }
                else
                {
                    results[i] = new SendOutcome(default, fault);
                }
            }
        }
    }

    private Group GroupOf(Destination destination)
    {
        if (_last?.Destination != destination && !_groups.TryGetValue(destination, out _last))
        {
            _groups.Add(destination, _last = new Group(destination));
        }

        return _last!;
    }

    private async Task TakeAsync(
        Envelope envelope, SendRequest request, SendOutcome[] outcomes, int place, CancellationToken cancellationToken)
    {
        using (envelope)
        {
            var lane = CoordinationMessages.MayMove(envelope) ? CoordinationMessages.WhatOf(envelope) : ("source", envelope.Source);
            outcomes[place] = await _lanes.RunAsync(lane, () => router.TakeOneAsync(envelope, request, cancellationToken));
        }
    }

    private async ValueTask RunAsync(Group group, CancellationToken cancellationToken)
    {
        try
        {
            var results = await router.RouteManyAsync(group.Destination, group.Requests, cancellationToken);
            for (var i = 0; i < results.Count; i++)
            {
                var (id, request, outcomes, place) = group.Slots[i];
                outcomes[place] = results[i].Fault is { } fault
                    ? new SendOutcome(default, fault with { SourceMessageId = id })
                    : new SendOutcome(router.Receipt(id, request, results[i].Result), null);
            }
        }
        catch (FaultException e)
        {
            foreach (var (id, _, outcomes, place) in group.Slots)
            {
                outcomes[place] = new SendOutcome(default, e.Fault with { SourceMessageId = id });
            }
        }
    }

    /// <summary>The messages for one destination.</summary>
    private sealed class Group(Destination destination)
    {
        public Destination Destination => destination;

        public List<EnqueueRequest> Requests { get; } = [];

        public List<Slot> Slots { get; } = [];

        public void Add(EnqueueRequest request, Slot slot)
        {
            Requests.Add(request);
            Slots.Add(slot);
        }
    }

    /// <summary>Where the outcome of a message belongs.</summary>
    private readonly record struct Slot(string Id, SendRequest Request, SendOutcome[] Outcomes, int Place);
}
