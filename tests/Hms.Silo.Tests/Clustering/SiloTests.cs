using System.Net;
using Hms.Processes;
using Hms.Storage.Postgres.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Hms.Silo.Tests.Clustering;

/// <summary>Whole silos over the tables.</summary>
public sealed class SiloTests(PostgresServer server) : ClusteringTest(server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Silos_find_one_another_and_clients_find_them_and_states_and_reminders_are_kept()
    {
        var silos = new[] { Listening(), Listening() };
        foreach (var silo in silos)
        {
            await silo.StartAsync();
        }

        var client = Client();
        await client.StartAsync();
        var grains = client.Services.GetRequiredService<IGrainFactory>();

        Assert.Equal(2, (await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count);
        var probe = grains.GetGrain<IProbeGrain>("probe");
        Assert.Equal(1, await probe.CountAsync());
        await probe.LeaveAsync();
        Assert.Equal(2, await probe.CountAsync());
        await probe.RemindAsync();
        await probe.RemindedAsync().WaitAsync(Patience);

        // Who leaves says so in the table, and what lived there lives on elsewhere.
        var home = await probe.WhereAsync();
        var leaving = silos.Single(silo => silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.Equals(home));
        await leaving.StopAsync();
        var hosts = await silos.Single(silo => silo != leaving).Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IManagementGrain>(0).GetHosts(onlyActive: false);
        Assert.Equal(SiloStatus.Dead, hosts[home]);
        Assert.Equal(3, await silos.Single(silo => silo != leaving).Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IProbeGrain>("probe").CountAsync());
    }

    private IHost Listening()
    {
        var ports = FreePorts.Take(2);
        return Silo(silo => silo.ConfigureEndpoints(IPAddress.Loopback, ports[0], ports[1]));
    }
}
