using Hms.Protocol.Coordination;

namespace Hms.Abstractions;

/// <summary>Barriers (section 4.5): either all participants are ready, or all are told that they are not; nobody waits for ever.</summary>
public interface IBarriers
{
    /// <summary>
    /// Calls participants to a barrier; each is sent a <c>barrier_request</c>. The same call again, while the barrier waits, is no second one;
    /// after its end it is, unless it comes under the same idempotency key.
    /// </summary>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.DestinationNotFound"/> where a participant is not registered;
    /// <see cref="Protocol.ErrorCode.Conflict"/>, with the record, where the barrier waits for others.</exception>
    ValueTask<BarrierCreation> CreateAsync(BarrierCall call, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>A participant has come, ready or not. Saying the same again changes nothing.</summary>
    /// <param name="barrierId">The barrier.</param>
    /// <param name="participant">Who.</param>
    /// <param name="ready">Whether it can go on. One that cannot ends the barrier for all.</param>
    /// <param name="generation">Which use of the id is meant; null for the current one.</param>
    /// <param name="cancellationToken">Stops the waiting, not the arrival.</param>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.Conflict"/>, with the record, after the end;
    /// <see cref="Protocol.ErrorCode.Forbidden"/> for who does not take part.</exception>
    ValueTask<BarrierRecord> ArriveAsync(
        string barrierId, string participant, bool ready, long? generation = null, CancellationToken cancellationToken = default);

    /// <summary>One barrier, once it has ended or the wait (up to 60 s) is over.</summary>
    /// <exception cref="FaultException"><see cref="Protocol.ErrorCode.DestinationNotFound"/> where there is none of that name.</exception>
    ValueTask<BarrierRecord> GetAsync(string barrierId, TimeSpan wait = default, CancellationToken cancellationToken = default);
}

/// <summary>What came of a call.</summary>
/// <param name="Created">Whether the barrier is new.</param>
/// <param name="Record">The record.</param>
public sealed record BarrierCreation(bool Created, BarrierRecord Record);
