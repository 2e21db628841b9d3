using System.Collections.Concurrent;
using Hms.Abstractions;
using Hms.Fabric.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>
/// Brings messages to topics. Publishing to an unknown topic creates it (<c>api.md</c>, Messages); what is published while that goes on waits its turn, so
/// that nothing overtakes what was refused at first.
/// </summary>
internal sealed class Publishing(IEntities entities)
{
    private readonly Lanes<string> _opening = new();

    // No topic ever vanishes, and there are 100,000 at most.
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Brings messages to one topic, in order, also with regard to calls before this one; what came of each.</summary>
    public async ValueTask<IReadOnlyList<EnqueueOutcome>> PublishAsync(
        string topic, IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken) =>
        _known.ContainsKey(topic) && !_opening.IsBusy(topic)
            ? await entities.Topic(topic).EnqueueManyAsync(requests, cancellationToken)
            : await await _opening.RunAsync(topic, () => PublishInTurnAsync(topic, requests, cancellationToken));

    // Those who waited for a topic to be made wait for each other no longer than the calls take: who was called first is first.
    private async ValueTask<Task<IReadOnlyList<EnqueueOutcome>>> PublishInTurnAsync(
        string topic, IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken)
    {
        var port = entities.Topic(topic);
        var publishing = port.EnqueueManyAsync(requests, cancellationToken).AsTask();
        if (_known.ContainsKey(topic))
        {
            return publishing;
        }

        if ((await publishing)[0].Fault is { Code: ErrorCode.DestinationNotFound })
        {
            await entities.TopicRegistry.OpenAsync(topic, cancellationToken);
            publishing = port.EnqueueManyAsync(requests, cancellationToken).AsTask();
        }

        _known[topic] = true;
        return publishing;
    }
}
