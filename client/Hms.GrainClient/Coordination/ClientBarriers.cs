namespace Hms.GrainClient.Coordination;

/// <summary>The barriers through a silo. Who waits for the end of one goes on at another silo where the first is lost.</summary>
internal sealed class ClientBarriers(IBarriersFront front, TimeProvider time) : IBarriers
{
    public ValueTask<BarrierCreation> CreateAsync(BarrierCall call, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        front.CreateAsync(call, idempotencyKey, cancellationToken);

    public ValueTask<BarrierRecord> ArriveAsync(
        string barrierId, string participant, bool ready, long? generation = null, CancellationToken cancellationToken = default) =>
        front.ArriveAsync(barrierId, participant, ready, generation, cancellationToken);

    public async ValueTask<BarrierRecord> GetAsync(string barrierId, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        if (wait <= TimeSpan.Zero)
        {
            return await front.GetAsync(barrierId, wait, cancellationToken);
        }

        return await LongWait.UntilAsync(
            time,
            wait,
            async (left, _) => await front.GetAsync(barrierId, left, cancellationToken),
            static record => record.Phase != BarrierPhase.Waiting,
            isRepeatable: true,
            cancellationToken);
    }
}
