using Hms.Abstractions;
using Hms.Fabric.Entities;
using Hms.Protocol.Coordination;

namespace Hms.Standalone;

/// <summary>A barrier by its id; finds the object anew for each call, as <see cref="MailboxHandle"/> does.</summary>
internal sealed class BarrierHandle(Residents<BarrierEntity> barriers, string id) : IBarrierPort
{
    public ValueTask<(Moved Moved, BarrierRecord? Record, bool Created)> CreateAsync(
        BarrierCall call, string? idempotencyKey, EnqueueRequest? message, CancellationToken cancellationToken = default)
    {
        using var use = barriers.Use(id);
        return use.Entity.CreateAsync(call, idempotencyKey, message, cancellationToken);
    }

    public ValueTask<BarrierRecord> ArriveAsync(
        string participant, bool ready, long? generation, CancellationToken cancellationToken = default)
    {
        using var use = barriers.Use(id);
        return use.Entity.ArriveAsync(participant, ready, generation, cancellationToken);
    }

    public ValueTask<Moved> RespondAsync(
        bool ready, long? generation, string sentTo, EnqueueRequest message, CancellationToken cancellationToken = default)
    {
        using var use = barriers.Use(id);
        return use.Entity.RespondAsync(ready, generation, sentTo, message, cancellationToken);
    }

    public ValueTask<BarrierRecord> DescribeAsync(TimeSpan wait, CancellationToken cancellationToken = default)
    {
        using var use = barriers.Use(id);
        return use.Entity.DescribeAsync(wait, cancellationToken);
    }

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        using var use = barriers.Use(id);
        return use.Entity.AcceptAsync(delivery, cancellationToken);
    }
}
