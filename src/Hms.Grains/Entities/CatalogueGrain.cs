using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>The custom message types as a grain. Whoever adds or replaces one is answered once the silos that watch know it, or after ten seconds.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.catalogue")]
internal sealed partial class CatalogueGrain(IGrainContext context, SiloEngine silo, ILogger<CatalogueGrain> logger)
    : EntityGrain<CatalogueEntity>(context, silo, EntityKind.Catalogue, _ => silo.Make.Catalogue()), ICatalogueGrain
{
    private static readonly TimeSpan WatchFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<ICatalogueWatcher, long> _watchers = [];

    public async ValueTask<bool> PutAsync(MessageTypeDefinition definition, CancellationToken cancellationToken = default)
    {
        var created = await Entity.PutAsync(definition, cancellationToken);
        await TellAsync();
        return created;
    }

    public ValueTask<IReadOnlyList<MessageTypeDefinition>> ListAsync(CancellationToken cancellationToken = default) =>
        Entity.ListAsync(cancellationToken);

    public ValueTask<bool> WatchAsync(ICatalogueWatcher watcher)
    {
        var now = Environment.TickCount64;
        var isTold = _watchers.TryGetValue(watcher, out var until) && until >= now;
        _watchers[watcher] = now + (long)WatchFor.TotalMilliseconds;
        return new(isTold);
    }

    private async Task TellAsync()
    {
        foreach (var (gone, _) in _watchers.Where(watcher => watcher.Value < Environment.TickCount64).ToArray())
        {
            _watchers.Remove(gone);
        }

        await Task.WhenAll(_watchers.Keys.ToArray().Select(TellAsync));
    }

    private async Task TellAsync(ICatalogueWatcher watcher)
    {
        try
        {
            await watcher.ChangedAsync().AsTask().WaitAsync(Patience);
        }
#pragma warning disable CA1031 // A silo that cannot be told finds within seconds that it is not any more, and reads all types.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _watchers.Remove(watcher);
            LogNotTold(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a silo could not be told of a message type; it will ask")]
    private static partial void LogNotTold(ILogger logger, Exception e);
}
