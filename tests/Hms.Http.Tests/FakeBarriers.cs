using Hms.Protocol.Coordination;

namespace Hms.Http.Tests;

/// <summary>Barriers that remember what was asked of them.</summary>
internal sealed class FakeBarriers : IBarriers
{
    public (BarrierCall Call, string? Key)? Called { get; private set; }

    public (string Id, string Participant, bool Ready, long? Generation)? Arrived { get; private set; }

    /// <summary>Every look at a barrier, in order.</summary>
    public List<(string Id, TimeSpan Wait)> Asked { get; } = [];

    public bool IsNew { get; set; } = true;

    /// <summary>What a wait waits for; null where it is over at once.</summary>
    public Func<CancellationToken, Task>? OnWait { get; set; }

    /// <summary>What there is; null for one that waits.</summary>
    public BarrierRecord? Record { get; set; }

    /// <summary>Why every call is refused; null where none is.</summary>
    public Fault? Refusal { get; set; }

    public static BarrierRecord RecordOf(string id) => RecordOf(new BarrierCall(id, "ga", ["sup_a", "sup_b"], 5_000));

    public static BarrierRecord RecordOf(BarrierCall call) => new()
    {
        Call = call,
        Phase = BarrierPhase.Waiting,
        Ready = [],
        Missing = call.Participants,
        Generation = 1,
        CreatedAt = FakeFabric.Time,
        DeadlineAt = FakeFabric.Time.AddMilliseconds(call.TimeoutMs),
    };

    public ValueTask<BarrierCreation> CreateAsync(
        BarrierCall call, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        Called = (call, idempotencyKey);
        return Answer(new BarrierCreation(IsNew, RecordOf(call)));
    }

    public ValueTask<BarrierRecord> ArriveAsync(
        string barrierId, string participant, bool ready, long? generation = null, CancellationToken cancellationToken = default)
    {
        Arrived = (barrierId, participant, ready, generation);
        return Answer(RecordOf(barrierId) with { Ready = [participant], Missing = ["sup_b"] });
    }

    public async ValueTask<BarrierRecord> GetAsync(string barrierId, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        Asked.Add((barrierId, wait));
        if (wait > TimeSpan.Zero && OnWait is not null)
        {
            await OnWait(cancellationToken);
        }

        return await Answer(Record ?? RecordOf(barrierId));
    }

    private ValueTask<T> Answer<T>(T value) => Refusal is null ? new(value) : throw new FaultException(Refusal);
}
