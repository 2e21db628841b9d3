using Hms.Abstractions;
using Hms.Fabric;
using Hms.Processes;
using Hms.Protocol;
using Hms.Standalone;
using Hms.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hms.Bench.InProcess;

/// <summary>The standalone engine over SQLite in a folder of its own, in this process, with the settings that the host has by default.</summary>
internal sealed class LocalFabric : IAsyncDisposable
{
    private const int RegisteredAtOnce = 64;
    private readonly ScratchFolder folder;
    private readonly StandaloneEngine engine;

    private LocalFabric(ScratchFolder folder)
    {
        this.folder = folder;
        Store = SqliteStore.Open(new SqliteStoreOptions { Folder = folder.Path });
        engine = new StandaloneEngine(Store, new FabricOptions(), TimeProvider.System, NullLogger.Instance);
    }

    public IFabric Fabric => engine.Fabric;

    /// <summary>The store below it, for what is measured without the fabric.</summary>
    public SqliteStore Store { get; }

    public static async Task<LocalFabric> StartAsync(string? parent)
    {
        var folder = new ScratchFolder(parent);
        try
        {
            var local = new LocalFabric(folder);
            await local.engine.StartAsync();
            return local;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Registers the supervisors <c>{name}_0</c> … and returns their ids.</summary>
    public async Task<string[]> RegisterAsync(string name, int count)
    {
        var ids = Enumerable.Range(0, count).Select(i => $"{name}_{i}").ToArray();
        await RegisterAsync(ids);
        return ids;
    }

    /// <summary>Registers supervisors; without an interval they never expire.</summary>
    public Task RegisterAsync(IEnumerable<string> ids, TimeSpan? heartbeatInterval = null)
    {
        var registration = new Registration("bench") { HeartbeatIntervalMs = (long?)heartbeatInterval?.TotalMilliseconds };
        return Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = RegisteredAtOnce }, async (id, cancellationToken) =>
            await Fabric.Supervisors.RegisterAsync(id, registration, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        await Store.DisposeAsync();
        folder.Dispose();
    }
}
