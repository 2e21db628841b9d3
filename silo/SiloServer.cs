using Hms.Fabric.Storage;
using Hms.Grains;
using Hms.Hosting;
using Hms.Http;
using Orleans.Configuration;

namespace Hms.Silo;

/// <summary>The server: a store, a silo with the fabric's grains over it, and HTTP in front.</summary>
internal sealed class SiloServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IEntityStore _store;

    private SiloServer(WebApplication app, IEntityStore store) => (_app, _store) = (app, store);

    /// <summary>Starts it. Returns when it is a member of its cluster, and HTTP listens.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="time">Where the fabric's time comes from; the system's where left out.</param>
    public static async Task<SiloServer> StartAsync(string[] args, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        SiloSettings.AddSources(builder.Configuration, args);
        var settings = SiloSettings.Read(builder.Configuration);
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)

            // Streams read again what a silo that died did not answer, and say so at length; the watchdog counts from the start of the machine.
            .AddFilter("Orleans.Streams", LogLevel.Critical)
            .AddFilter("Orleans.Providers", LogLevel.Critical)
            .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error)
            .AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.WebHost.UseUrls(settings.Host.Urls);
        builder.Services.AddHmsHttp(Configure);
        var http = new HttpOptions();
        Configure(http);
        Telemetry.Add(builder.Services, settings.Otlp);

        var store = await settings.Host.Storage.OpenAsync();
        WebApplication? app = null;
        try
        {
            await ClusterSetup.PrepareAsync(settings);
            var options = new HmsGrainsOptions
            {
                Fabric = settings.Host.Fabric with { MessageBytesMax = http.MessageBytesMax },
                Time = time ?? TimeProvider.System,
            };
            builder.UseOrleans(silo =>
            {
                ClusterSetup.Apply(silo, settings);
                silo.AddHmsGrains(store, options);
                if (settings.Otlp is not null)
                {
                    silo.AddActivityPropagation();
                }

                silo.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
            });
            app = builder.Build();
            app.MapHms();
            await app.StartAsync();
        }
        catch
        {
            await DisposeAsync(app, store);
            throw;
        }

        Greeting.Print([.. app.Urls], settings.Host, ClusterSetup.Describe(settings));
        return new SiloServer(app, store);

        void Configure(HttpOptions options)
        {
            HostSettings.Bind(builder.Configuration.GetSection("Http"), options);
            options.Insecure = settings.Host.Insecure;
        }
    }

    /// <summary>What it is made of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Waits for a signal, and then stops as <see cref="StopAsync"/> does.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <summary>Leaves the cluster: what is asked is answered, and grains move to other silos. Within <see cref="HostOptions.ShutdownTimeout"/>.</summary>
    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => DisposeAsync(_app, _store);

    // From the outside in: first nobody can ask any more, then the silo leaves its cluster, then what was decided is written down.
    private static async ValueTask DisposeAsync(WebApplication? app, IEntityStore store)
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        await store.DisposeAsync();
    }
}
