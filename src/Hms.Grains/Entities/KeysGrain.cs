using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>One part of what is known of idempotency keys, as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.keys")]
internal sealed class KeysGrain(IGrainContext context, SiloEngine silo)
    : EntityGrain<KeysEntity>(context, silo, EntityKind.Keys, silo.Make.Keys), IKeysGrain
{
    public ValueTask<string> ClaimAsync(string scope, string key, string name, ulong bodyHash, CancellationToken cancellationToken = default) =>
        Entity.ClaimAsync(scope, key, name, bodyHash, cancellationToken);
}
