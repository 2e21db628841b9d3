using Hms.Abstractions;
using Hms.Conformance;
using Hms.Grains.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Hms.GrainClient.Tests;

/// <summary>A cluster of three silos in this process, and a client of it, with time that a test moves on. Tests go in through the client.</summary>
public sealed class ClientFixture : IFabricFixture, IAsyncLifetime
{
    private readonly ClusterFixture _cluster;

    public ClientFixture() => _cluster = new ClusterFixture
    {
        Configure = builder => builder.ConfigureClientHost(host => host.Services
            .AddHmsGrainClient(options => options.Time = _cluster!.Time)
            .AddSingleton<IOutgoingGrainCallFilter>(Interception)),
    };

    public IFabric Fabric => _cluster.Cluster.Client.ServiceProvider.GetRequiredService<IFabric>();

    internal Interception Interception { get; } = new();

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public Task RestartAsync() => _cluster.RestartAsync();

    public Task AdvanceAsync(TimeSpan by) => _cluster.AdvanceAsync(by);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
