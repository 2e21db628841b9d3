using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Storage;

/// <summary>Reads bodies: from memory where they are there, and the rest from the store at once.</summary>
internal sealed class BodyReader(BodyCache bodies, IEntityStore store)
{
    /// <summary>The bodies of those numbers, in their order; null for one that is gone.</summary>
    /// <exception cref="FaultException">The store is away.</exception>
    public ValueTask<MessageBody?[]> ReadAsync(long[] ids, CancellationToken cancellationToken)
    {
        var found = new MessageBody?[ids.Length];
        List<int>? missing = null;
        for (var i = 0; i < ids.Length; i++)
        {
            if (bodies.TryGet(ids[i], out var body))
            {
                found[i] = body;
            }
            else
            {
                (missing ??= []).Add(i);
            }
        }

        return missing is null ? new(found) : ReadMissingAsync(ids, found, missing, cancellationToken);
    }

    private async ValueTask<MessageBody?[]> ReadMissingAsync(
        long[] ids, MessageBody?[] found, List<int> missing, CancellationToken cancellationToken)
    {
        try
        {
            var read = await store.ReadBodiesAsync([.. missing.Select(i => ids[i])], cancellationToken);
            for (var i = 0; i < missing.Count; i++)
            {
                found[missing[i]] = read[i];
            }

            return found;
        }
        catch (StoreException e)
        {
            throw new FaultException(new Fault(ErrorCode.Unavailable, "the store is away; nothing was changed"), e);
        }
    }
}
