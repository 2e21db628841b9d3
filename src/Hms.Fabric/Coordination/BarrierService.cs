using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Coordination;

/// <summary>The barriers as callers see them.</summary>
internal sealed class BarrierService(IEntities entities, FabricClock clock) : IBarriers
{
    private const long TimeoutMaxMs = 86_400_000;
    private const int ParticipantsMax = 10_000;

    public async ValueTask<BarrierCreation> CreateAsync(
        BarrierCall call, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        await CheckAsync(call, "", cancellationToken);
        if (idempotencyKey is not null)
        {
            var scope = $"{call.Initiator} barrier";
            var hash = Fingerprint.OfBytes(JsonText.Write(json =>
            {
                json.WriteStartArray();
                json.WriteNumberValue(call.TimeoutMs);
                foreach (var participant in call.Participants)
                {
                    json.WriteStringValue(participant);
                }

                json.WriteEndArray();
            }));
            var part = entities.Keys(Partition.NumberOf($"{scope} {idempotencyKey}"));
            call = call with { BarrierId = await part.ClaimAsync(scope, idempotencyKey, call.BarrierId, hash, cancellationToken) };
        }

        var (_, record, created) = await entities.Barrier(call.BarrierId).CreateAsync(call, idempotencyKey, null, cancellationToken);
        return new BarrierCreation(created, record!);
    }

    public ValueTask<BarrierRecord> ArriveAsync(
        string barrierId, string participant, bool ready, long? generation = null, CancellationToken cancellationToken = default) =>
        entities.Barrier(barrierId).ArriveAsync(participant, ready, generation, cancellationToken);

    public ValueTask<BarrierRecord> GetAsync(string barrierId, TimeSpan wait = default, CancellationToken cancellationToken = default) =>
        Waiting.UntilAsync(
            clock,
            wait < Ranges.WaitMax ? wait : Ranges.WaitMax,
            left => entities.Barrier(barrierId).DescribeAsync(left, cancellationToken),
            static record => record.Phase != BarrierPhase.Waiting);

    /// <summary>Calls participants by message.</summary>
    public async ValueTask<Moved> CreateAsync(BarrierCall call, EnqueueRequest message, CancellationToken cancellationToken)
    {
        await CheckAsync(call, "/content", cancellationToken);
        return (await entities.Barrier(call.BarrierId).CreateAsync(call, null, message, cancellationToken)).Moved;
    }

    private async ValueTask CheckAsync(BarrierCall call, string prefix, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        Refusals.RequireName(call.BarrierId, $"{prefix}/barrier_id");
        Refusals.RequireName(call.Initiator, $"{prefix}/initiator");
        if (call.Participants.Count is 0 or > ParticipantsMax)
        {
            problems.Add(new Problem($"{prefix}/participants", $"must be 1 to {ParticipantsMax:N0} names"));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < call.Participants.Count; i++)
        {
            if (!names.Add(call.Participants[i]))
            {
                problems.Add(new Problem($"{prefix}/participants/{i}", "must not stand there twice"));
            }
        }

        if (call.TimeoutMs is < 1 or > TimeoutMaxMs)
        {
            problems.Add(new Problem($"{prefix}/timeout_ms", $"must be from 1 to {TimeoutMaxMs}"));
        }

        Refusals.Throw("nobody can meet at that barrier", problems);
        var views = await entities.ViewSessionsAsync(call.Participants, cancellationToken);
        if (views.FirstOrDefault(view => view.Number == 0) is { Supervisor: { } unknown })
        {
            throw new FaultException(ErrorCode.DestinationNotFound, $"no supervisor {unknown} is registered");
        }
    }
}
