using System.Net;
using System.Net.Sockets;
using Hms.Abstractions;
using Hms.Grains;
using Hms.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hms.GrainClient.Tests;

/// <summary>A silo alone in its cluster, on sockets of this machine and over one store in memory, that a test starts and stops.</summary>
internal sealed class SocketSilo : IAsyncDisposable
{
    private readonly MemoryStore _store = new();
    private readonly int _port;
    private IHost? _host;

    public SocketSilo()
    {
        using var silo = new TcpListener(IPAddress.Loopback, 0);
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        silo.Start();
        gateway.Start();
        _port = ((IPEndPoint)silo.LocalEndpoint).Port;
        Gateway = (IPEndPoint)gateway.LocalEndpoint;
    }

    /// <summary>Where it listens for clients, or will.</summary>
    public IPEndPoint Gateway { get; }

    public async Task StartAsync()
    {
        var builder = Bare();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(_port, Gateway.Port, primarySiloEndpoint: null, "hms", "hms")
            .UseInMemoryReminderService()
            .AddMemoryGrainStorage(TopicStreams.SubscriptionStore)
            .AddHmsGrains(_store));
        _host = builder.Build();
        await _host.StartAsync();
    }

    /// <summary>Ends it without a farewell.</summary>
    public async Task KillAsync()
    {
        if (_host is { } host)
        {
            _host = null;
            try
            {
                await host.StopAsync(new CancellationToken(canceled: true));
            }
            catch (OperationCanceledException)
            {
                // As it should be.
            }

            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    /// <summary>A client of it, not started yet.</summary>
    public IHost NewClient(Action<HmsGrainClientOptions>? configure = null)
    {
        var builder = Bare();
        builder.Services.AddHmsGrainClient(options =>
        {
            options.Gateways = [Gateway];
            configure?.Invoke(options);
        });
        return builder.Build();
    }

    public async Task<(IHost Host, IFabric Fabric)> StartClientAsync()
    {
        var client = NewClient();
        await client.StartAsync();
        return (client, client.Services.GetRequiredService<IFabric>());
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _store.DisposeAsync();
    }

    private static HostApplicationBuilder Bare() => new(new HostApplicationBuilderSettings { DisableDefaults = true });
}
