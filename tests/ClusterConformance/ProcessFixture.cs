using System.Globalization;
using System.Net;
using Hms.Abstractions;
using Hms.Conformance;
using Hms.GrainClient;
using Hms.Processes;
using Hms.Storage.Postgres.Tests;
using Hms.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hms.ClusterConformance.Tests;

/// <summary>Three silos, each a process, on a PostgreSQL of their own, with time that a test moves on. Tests go in as a .NET program does.</summary>
public sealed class ProcessFixture : IFabricFixture, IAsyncLifetime
{
    private const int Silos = 3;

    // No silo is ahead of another by more.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    // What is longer is jumped over up to here.
    private static readonly TimeSpan LongestWalk = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PostgresServer _postgres = new();
    private readonly ManualTime _time = new();

    private readonly int[] _ports = FreePorts.Take(2 * Silos);
    private ServerProcess[] _silos = [];
    private IHost? _client;

    public IFabric Fabric
    {
        get
        {
            Assert.SkipWhen(_client is null, "PostgreSQL 15 is not installed here");
            return _client!.Services.GetRequiredService<IFabric>();
        }
    }

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        if (PostgresServer.IsInstalled)
        {
            _silos = [.. Enumerable.Range(0, Silos).Select(Spawn)];
            await StartAsync();
        }
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async Task AdvanceAsync(TimeSpan by)
    {
        if (by > LongestWalk)
        {
            _time.Jump(by - LongestWalk);
            await AskAllAsync($"jump {Ticks()}");
        }

        var walk = by < LongestWalk ? by : LongestWalk;
        for (var left = walk; left > TimeSpan.Zero; left -= Step)
        {
            _time.Advance(left < Step ? left : Step);
            await AskAllAsync($"walk {Ticks()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await StopAsync();
        }

        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        await _postgres.DisposeAsync();
    }

    private async Task StartAsync()
    {
        await AskEachAsync("start");
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddHmsGrainClient(client =>
        {
            client.Gateways = [.. Enumerable.Range(0, Silos).Select(silo => new IPEndPoint(IPAddress.Loopback, _ports[Silos + silo]))];
            client.Time = _time;
        });
        _client = builder.Build();
        await _client.StartAsync();
    }

    // The processes stay: what they start anew knows nothing of what was before.
    private async Task StopAsync()
    {
        await _client!.StopAsync();
        _client.Dispose();
        _client = null;
        await AskEachAsync("stop");
    }

    // One after another: at once they would be in each other's way at the table of members, and wait for seconds before they try again.
    private async Task AskEachAsync(string line)
    {
        foreach (var silo in _silos)
        {
            await silo.AskAsync(line, Patience);
        }
    }

    private Task AskAllAsync(string line) => Task.WhenAll(_silos.Select(silo => silo.AskAsync(line, Patience)));

    private ServerProcess Spawn(int silo) => ServerProcess.Spawn(
        Repository.SiloNodeAssembly(),
        [
            Ticks(), "--urls", "http://127.0.0.1:0", "--clustering", "postgres", "--connection", _postgres.ConnectionString,
            "--Silo:Port", $"{_ports[silo]}", "--Silo:GatewayPort", $"{_ports[Silos + silo]}",
            "--Fabric:Mailboxes:DepthMax", $"{SmallLimits.Depth}", "--Fabric:Mailboxes:AttemptsMax", $"{SmallLimits.Attempts}",
            "--Fabric:Mailboxes:DedupWindow", $"{SmallLimits.DedupWindow}",
        ]);

    private string Ticks() => _time.GetUtcNow().UtcTicks.ToString(CultureInfo.InvariantCulture);
}
