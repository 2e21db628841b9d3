using System.Net;
using Hms.Grains.Tls;
using Hms.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Hms.Grains.Tests.Tls;

/// <summary>Silos of one process that speak TLS over loopback, and clients of them.</summary>
public sealed class TlsCluster : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly List<IHost> _running = [];
    private readonly List<IHost> _hosts = [];
    private readonly int[] _ports = FreePorts.Take(4);

    internal ScratchFolder Folder { get; } = new();

    internal TestAuthority Authority { get; } = new();

    /// <summary>What both silos say of TLS.</summary>
    internal LogBook Log { get; } = new();

    /// <summary>The port at which the first silo speaks with silos.</summary>
    internal int SiloPort => _ports[0];

    /// <summary>The port at which the first silo speaks with clients.</summary>
    internal int GatewayPort => _ports[2];

    /// <summary>The client that goes on whatever is done to others.</summary>
    internal IGrainFactory Client { get; private set; } = null!;

    private TlsOptions SiloFiles { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        SiloFiles = Authority.Write(Folder, "silo") with { HandshakeTimeout = TimeSpan.FromSeconds(5) };
        await StartAsync(Silo(_ports[0], _ports[2], SiloFiles, Log));
        await StartAsync(Silo(_ports[1], _ports[3], SiloFiles, Log));
        Client = await ConnectAsync(Authority.Write(Folder, "client"));
    }

    /// <summary>A client of the first silo.</summary>
    /// <param name="options">Its files; null for one that speaks no TLS.</param>
    /// <param name="tries">How often it tries again.</param>
    internal async Task<IGrainFactory> ConnectAsync(TlsOptions? options, int tries = 0)
    {
        var host = Build(new LogBook(), builder => builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(gatewayPort: GatewayPort);
            client.UseConnectionRetryFilter(async (_, stop) =>
            {
                await Task.Delay(RetryPause, stop);
                return tries-- > 0;
            });
            if (options is not null)
            {
                client.UseHmsTls(options);
            }
        }));
        await StartAsync(host);
        return host.Services.GetRequiredService<IGrainFactory>();
    }

    /// <summary>A silo that wants to join the first; it is not started.</summary>
    /// <param name="options">Its files; null for one that speaks no TLS.</param>
    internal IHost Joining(TlsOptions? options)
    {
        var ports = FreePorts.Take(2);
        return Silo(ports[0], ports[1], options, new LogBook());
    }

    /// <summary>Speaks with grains until both silos have answered.</summary>
    internal static async Task AssertBothAnswerAsync(IGrainFactory client)
    {
        var silos = new HashSet<SiloAddress>();
        for (var grain = 0; silos.Count < 2; grain++)
        {
            Assert.True(grain < 1000, "one silo never answered");
            var (bytes, silo) = await client.GetGrain<IEchoGrain>(grain).EchoAsync([1, 2, 3]).WaitAsync(Patience);
            Assert.Equal([3, 2, 1], bytes);
            silos.Add(silo);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _running.Reverse();
        foreach (var host in _running)
        {
            await host.StopAsync();
        }

        _hosts.ForEach(host => host.Dispose());

        Authority.Dispose();
        Folder.Dispose();
    }

    private IHost Silo(int port, int gateway, TlsOptions? options, LogBook log) => Build(log, builder => builder.UseOrleans(silo =>
    {
        silo.UseLocalhostClustering(port, gateway, new IPEndPoint(IPAddress.Loopback, SiloPort));

        // Nobody's calls shall wait for one that cannot be reached.
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(20));
        if (options is not null)
        {
            silo.UseHmsTls(options);
        }
    }));

    private async Task StartAsync(IHost host)
    {
        await host.StartAsync().WaitAsync(Patience);
        _running.Add(host);
    }

    private IHost Build(LogBook log, Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        configure(builder);
        var host = builder.Build();
        _hosts.Add(host);
        return host;
    }
}
