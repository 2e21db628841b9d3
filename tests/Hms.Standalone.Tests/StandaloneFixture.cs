using Hms.Abstractions;
using Hms.Conformance;
using Hms.Domain.Mailboxes;
using Hms.Fabric;
using Hms.Processes;
using Hms.Storage.Sqlite;
using Hms.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hms.Standalone.Tests;

/// <summary>The standalone engine over a real database in a folder of its own, with time that a test moves on.</summary>
public sealed class StandaloneFixture : IFabricFixture, IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private SqliteStore? _store;
    private StandaloneEngine? _engine;

    internal ManualTime Time { get; } = new();

    internal StandaloneEngine Engine => _engine!;

    public FabricOptions Options { get; init; } = new()
    {
        Mailboxes = new MailboxLimits
        {
            DepthMax = SmallLimits.Depth,
            AttemptsMax = SmallLimits.Attempts,
            DedupWindow = SmallLimits.DedupWindow,
        },
    };

    public IFabric Fabric => Engine.Fabric;

    public async ValueTask InitializeAsync()
    {
        _store = SqliteStore.Open(new SqliteStoreOptions { Folder = _folder.Path });
        _engine = new StandaloneEngine(_store, Options, Time, NullLogger.Instance);
        await _engine.StartAsync();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await InitializeAsync();
    }

    public Task AdvanceAsync(TimeSpan by)
    {
        Time.Advance(by);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task StopAsync()
    {
        await _engine!.DisposeAsync();
        await _store!.DisposeAsync();
    }
}
