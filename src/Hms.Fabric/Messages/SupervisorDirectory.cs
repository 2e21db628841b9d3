using System.Text.Json;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>The directory as one, over its parts.</summary>
internal sealed class SupervisorDirectory(IEntities entities, FabricClock clock, Func<Guid> newId) : ISupervisors
{
    /// <summary>Refuses an id under which nobody may register.</summary>
    public static void RequireSupervisorId(string id)
    {
        if (!Names.IsSupervisor(id))
        {
            throw new FaultException(new Fault(ErrorCode.Validation, $"{id} cannot be a supervisor's id")
            {
                Problems = [new Problem("/id", "must be a name that is not reserved and does not begin with topic:")],
            });
        }
    }

    public async ValueTask<RegistrationResult> RegisterAsync(
        string id, Registration registration, CancellationToken cancellationToken = default)
    {
        RequireSupervisorId(id);
        var result = await Part(id).RegisterAsync(id, registration, cancellationToken);
        return result with { Record = await WithMailboxAsync(result.Record, cancellationToken) };
    }

    public async ValueTask<SupervisorRecord> GetAsync(string id, CancellationToken cancellationToken = default) =>
        await WithMailboxAsync(await Part(id).GetAsync(id, cancellationToken), cancellationToken);

    public async ValueTask<Page<SupervisorRecord>> ListAsync(SupervisorQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var more = query with { Limit = query.Limit + 1 };
        var found = new List<SupervisorRecord>();
        for (var partition = 0; partition < Partition.Count; partition++)
        {
            found.AddRange(await entities.Directory(partition).ListAsync(more, cancellationToken));
        }

        found.Sort(static (one, other) => string.CompareOrdinal(one.Id, other.Id));
        var hasNext = found.Count > query.Limit;
        var items = new List<SupervisorRecord>(Math.Min(found.Count, query.Limit));
        foreach (var record in found.Take(query.Limit))
        {
            items.Add(await WithMailboxAsync(record, cancellationToken));
        }

        return new Page<SupervisorRecord>(items, hasNext ? items[^1].Id : null);
    }

    public ValueTask DeregisterAsync(string id, CancellationToken cancellationToken = default) =>
        Part(id).DeregisterAsync(id, cancellationToken);

    public ValueTask<SupervisorRecord> HeartbeatAsync(string id, Heartbeat heartbeat, CancellationToken cancellationToken = default) =>
        Part(id).HeartbeatAsync(id, heartbeat, cancellationToken);

    public async ValueTask<SupervisorRecord> ConfigureAsync(
        string id, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken = default)
    {
        var message = new FabricMessage($"configuration_{newId():N}", id, "supervisor_configuration", id, clock.Now);
        var bytes = message.Write(json => json.WriteRawValue(configuration.Span, skipInputValidation: true));
        using var content = JsonDocument.Parse(configuration, JsonText.Reading);
        var interval = content.RootElement.Integer("heartbeat_interval_ms");
        var record = await Part(id).ConfigureAsync(id, interval, bytes, cancellationToken);
        return await WithMailboxAsync(record, cancellationToken);
    }

    public async ValueTask<int> CountAsync(CancellationToken cancellationToken)
    {
        var parts = Enumerable.Range(0, Partition.Count).Select(part => entities.Directory(part).CountAsync(cancellationToken).AsTask());
        return (await Task.WhenAll(parts)).Sum();
    }

    private IDirectoryPort Part(string id) => entities.Directory(Partition.NumberOf(id));

    private async ValueTask<SupervisorRecord> WithMailboxAsync(SupervisorRecord record, CancellationToken cancellationToken)
    {
        try
        {
            return record with { Mailbox = await entities.Mailbox(record.Id).CountAsync(cancellationToken) };
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            // Its mailbox is being opened or closed at this moment.
            return record;
        }
    }
}
