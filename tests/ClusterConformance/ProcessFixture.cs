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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PostgresServer _postgres = new();
    private readonly ManualTime _time = new();

    // The same again after a restart: a silo that comes back under its address takes its former place at once.
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
        for (var left = by; left > TimeSpan.Zero; left -= Step)
        {
            _time.Advance(left < Step ? left : Step);
            var now = Ticks();
            await Task.WhenAll(_silos.Select(silo => silo.AskAsync(now, $"at {now}", Patience)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _postgres.DisposeAsync();
    }

    private async Task StartAsync()
    {
        _silos = [.. Enumerable.Range(0, Silos).Select(Spawn)];
        await Task.WhenAll(_silos.Select(silo => silo.ReadyAsync(Patience)));
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

    private ServerProcess Spawn(int silo) => ServerProcess.Spawn(
        Repository.SiloNodeAssembly(),
        [
            Ticks(), "--urls", "http://127.0.0.1:0", "--clustering", "postgres", "--connection", _postgres.ConnectionString,
            "--Silo:Port", $"{_ports[silo]}", "--Silo:GatewayPort", $"{_ports[Silos + silo]}",
            "--Fabric:Mailboxes:DepthMax", $"{SmallLimits.Depth}", "--Fabric:Mailboxes:AttemptsMax", $"{SmallLimits.Attempts}",
            "--Fabric:Mailboxes:DedupWindow", $"{SmallLimits.DedupWindow}",
        ]);

    private string Ticks() => _time.GetUtcNow().UtcTicks.ToString(CultureInfo.InvariantCulture);

    private async Task StopAsync()
    {
        if (_client is { } client)
        {
            await client.StopAsync();
            client.Dispose();
            _client = null;
        }

        await Task.WhenAll(_silos.Select(async silo =>
        {
            silo.Terminate();
            await silo.WaitForExitAsync(Patience);
            await silo.DisposeAsync();
        }));
        _silos = [];
    }
}
