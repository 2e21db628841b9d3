using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>What waits for the end of one supervisor's session, as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.session")]
internal sealed class SessionGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<SessionEntity>(context, silo, EntityKind.Session, silo.Make.Session), ISessionGrain
{
    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default) =>
        Entity.AcceptAsync(delivery, cancellationToken);
}
