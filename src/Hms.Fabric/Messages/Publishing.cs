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
    private readonly Lanes<string> _turns = new();
    private readonly ConcurrentDictionary<string, Opening> _openings = new(StringComparer.Ordinal);

    // No topic ever vanishes, and there are as many at most as the fabric is configured to have.
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Brings messages to one topic, in order, also with regard to calls before this one; what came of each.</summary>
    public async ValueTask<IReadOnlyList<EnqueueOutcome>> PublishAsync(
        string topic, IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey(topic) && !_turns.IsBusy(topic))
        {
            var outcomes = await entities.Topic(topic).EnqueueManyAsync(requests, cancellationToken);
            if (!IsRefused(outcomes))
            {
                return outcomes;
            }

            // A database that was restored, or whose standby took over, may know less than this process.
            _known.TryRemove(topic, out _);
        }

        var opening = _openings.GetOrAdd(topic, static _ => new Opening());
        return await await _turns.RunAsync(topic, () => PublishInTurnAsync(topic, opening, requests, cancellationToken));
    }

    // Those who waited for a topic to be made wait for each other no longer than the calls take: who was called first is first.
    private async ValueTask<Task<IReadOnlyList<EnqueueOutcome>>> PublishInTurnAsync(
        string topic, Opening opening, IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken)
    {
        var port = entities.Topic(topic);
        try
        {
            if (opening.Failure is { } failure)
            {
                throw new FaultException(failure.Fault, failure);
            }

            var publishing = port.EnqueueManyAsync(requests, cancellationToken).AsTask();
            if (_known.ContainsKey(topic))
            {
                return publishing;
            }

            if (IsRefused(await publishing))
            {
                await entities.TopicRegistry.OpenAsync(topic, cancellationToken);
                publishing = port.EnqueueManyAsync(requests, cancellationToken).AsTask();
            }

            _known[topic] = true;
            return publishing;
        }
        catch (FaultException e)
        {
            opening.Failure ??= e;
            throw;
        }
        finally
        {
            _openings.TryRemove(new(topic, opening));
        }
    }

    private static bool IsRefused(IReadOnlyList<EnqueueOutcome> outcomes) => outcomes[0].Fault is { Code: ErrorCode.DestinationNotFound };

    /// <summary>That a topic is made. Where it fails, it has failed for all who waited for it; if each of them tried again, the last would wait very long.</summary>
    private sealed class Opening
    {
        public FaultException? Failure { get; set; }
    }
}
