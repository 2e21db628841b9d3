using System.Net.Sockets;
using Hms.Http.Guarding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hms.Http.Tests.Guarding;

public sealed class ListenRuleTests
{
    [Fact]
    public void Loopback_and_sockets_of_this_machine_are_listened_on()
    {
        ListenRule.Check(new IPEndPoint(IPAddress.Loopback, 1), new HttpOptions());
        ListenRule.Check(new IPEndPoint(IPAddress.Parse("127.9.9.9"), 1), new HttpOptions());
        ListenRule.Check(new IPEndPoint(IPAddress.IPv6Loopback, 1), new HttpOptions());
        ListenRule.Check(new UnixDomainSocketEndPoint("hms.sock"), new HttpOptions());
    }

    [Fact]
    public void Another_address_is_listened_on_only_if_that_is_meant()
    {
        var any = new IPEndPoint(IPAddress.Any, 1);
        ListenRule.Check(any, new HttpOptions { Insecure = true });
        var refusal = Assert.Throws<InvalidOperationException>(() => ListenRule.Check(any, new HttpOptions()));
        Assert.Contains("--insecure", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    public async Task Server_that_should_listen_on_every_address_does_not_start(string url)
    {
        await using var app = Build(url, _ => { });
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
    }

    [Fact]
    public async Task Option_out_of_range_stops_the_start()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var app = Build("http://127.0.0.1:0", options => options.MessageBytesMax = 0);
            await app.StartAsync();
        });
        Assert.Contains("MessageBytesMax", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_of_the_options_are_those_of_kestrel()
    {
        await using var app = Build("http://127.0.0.1:0", options =>
        {
            options.ConnectionsMax = 7;
            options.DataRateMin = 100;
            options.DataRateGrace = TimeSpan.FromSeconds(2);
            options.HeadersTimeout = TimeSpan.FromSeconds(3);
            options.KeepAliveTimeout = TimeSpan.FromSeconds(4);
        });
        var limits = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        Assert.Equal(7, limits.MaxConcurrentConnections);
        Assert.Equal(100, limits.MinRequestBodyDataRate!.BytesPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(2), limits.MinResponseDataRate!.GracePeriod);
        Assert.Equal(TimeSpan.FromSeconds(3), limits.RequestHeadersTimeout);
        Assert.Equal(TimeSpan.FromSeconds(4), limits.KeepAliveTimeout);
    }

    private static WebApplication Build(string url, Action<HttpOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IFabric>(new FakeFabric());
        builder.Services.AddHmsHttp(configure);
        return builder.Build().MapHms();
    }
}
