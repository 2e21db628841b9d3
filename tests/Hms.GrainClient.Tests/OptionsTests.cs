using System.Net;
using Hms.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;

namespace Hms.GrainClient.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Silo_on_this_machine_is_looked_for_by_default()
    {
        using var services = Build(_ => { });

        var gateways = services.GetRequiredService<IOptions<StaticGatewayListProviderOptions>>().Value.Gateways;
        Assert.Equal("gwy.tcp://127.0.0.1:30000/0", Assert.Single(gateways).ToString());
        var cluster = services.GetRequiredService<IOptions<ClusterOptions>>().Value;
        Assert.Equal(("hms", "hms"), (cluster.ClusterId, cluster.ServiceId));
    }

    [Theory]
    [InlineData("Host=db;Database=hms", "hms", "hms_orleans")]
    [InlineData("Host=db;Database=hms;Search Path=theirs", "another", "another_orleans")]
    public void Database_is_asked_in_the_schema_of_the_silos(string connection, string data, string schema)
    {
        using var services = Build(options => (options.PostgresConnection, options.PostgresSchema) = (connection, data));

        var table = services.GetRequiredService<IOptions<AdoNetClusteringClientOptions>>().Value;
        var parts = new NpgsqlConnectionStringBuilder(table.ConnectionString);
        Assert.Equal(("Npgsql", "db", schema), (table.Invariant, parts.Host, parts.SearchPath));
    }

    [Fact]
    public void What_cannot_work_is_refused_at_once()
    {
        Refused(options => options.ClusterId = " ");
        Refused(options => options.ServiceId = "");
        Refused(options => options.PostgresSchema = "");
        Refused(options => options.Gateways = []);
        Refused(options => options.ConnectPatience = TimeSpan.FromSeconds(-1));
        Refused(options => options.PostgresConnection = "Hots=db");

        static void Refused(Action<HmsGrainClientOptions> configure) =>
            Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddHmsGrainClient(configure));
    }

    [Fact]
    public void Client_waits_as_long_as_the_longest_call_may_and_for_those_who_cancel()
    {
        using var services = Build(options => options.Gateways = [new(IPAddress.IPv6Loopback, 1), new(IPAddress.Loopback, 2)]);

        var messaging = services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value;
        Assert.Equal((TimeSpan.FromSeconds(75), true), (messaging.ResponseTimeout, messaging.WaitForCancellationAcknowledgement));
        Assert.Equal(2, services.GetRequiredService<IOptions<StaticGatewayListProviderOptions>>().Value.Gateways.Count);
    }

    private static ServiceProvider Build(Action<HmsGrainClientOptions> configure) =>
        new ServiceCollection().AddHmsGrainClient(configure).BuildServiceProvider();
}
