using Hms.Abstractions;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Domain.Keys;
using Hms.Domain.Mailboxes;

namespace Hms.Fabric.Entities;

/// <summary>One part of what is known of idempotency keys, in its host.</summary>
public sealed class KeysEntity : IKeysPort, IWakeable
{
    private readonly EntityHost<KeysState, KeysCommand, KeysReply> _host;

    /// <summary>The part of that number.</summary>
    public KeysEntity(string partition, EntityServices services, CoordinationLimits limits) => _host = new(
        new EntityKey(EntityKind.Keys, partition), services, () => new KeysState(limits), KeysMachine.Decide, new KeysCommand.Wake());

    /// <inheritdoc/>
    public async ValueTask<string> ClaimAsync(
        string scope, string key, string name, ulong bodyHash, CancellationToken cancellationToken = default)
    {
        var command = new KeysCommand.Claim(Fingerprint.OfIdempotencyKey(scope, key), name, bodyHash);
        return (await _host.DecideAsync(command, cancellationToken)).Name;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();
}
