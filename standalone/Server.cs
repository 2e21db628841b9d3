using Hms.Abstractions;
using Hms.Fabric.Storage;
using Hms.Hosting;
using Hms.Http;

namespace Hms.Standalone.Host;

/// <summary>The server: a store, the standalone engine over it, and HTTP in front.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StandaloneEngine _engine;
    private readonly IEntityStore _store;

    private Server(WebApplication app, StandaloneEngine engine, IEntityStore store) => (_app, _engine, _store) = (app, engine, store);

    public static async Task<Server> StartAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        HostSettings.AddSources(builder.Configuration, Arguments.Common, args);
        var settings = HostSettings.Read(builder.Configuration);
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)
            .AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.WebHost.UseUrls(settings.Urls);
        builder.Services.AddHmsHttp(http =>
        {
            HostSettings.Bind(builder.Configuration.GetSection("Http"), http);
            http.Insecure = settings.Insecure;
        });

        var store = await settings.Storage.OpenAsync();
        StandaloneEngine? engine = null;
        WebApplication? app = null;
        try
        {
            builder.Services.AddSingleton<IFabric>(_ => engine!.Fabric);
            app = builder.Build();
            var fabric = settings.Fabric with { MessageBytesMax = app.Services.GetRequiredService<HttpOptions>().MessageBytesMax };
            engine = new StandaloneEngine(
                store, fabric, TimeProvider.System, app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Hms.Fabric"));
            await engine.StartAsync();
            app.MapHms();
            await app.StartAsync();
        }
        catch
        {
            await DisposeAsync(app, engine, store);
            throw;
        }

        Greeting.Print([.. app.Urls], settings);
        return new Server(app, engine, store);
    }

    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    public ValueTask DisposeAsync() => DisposeAsync(_app, _engine, _store);

    // From the outside in: first nobody can ask any more, then nothing is woken, then what was decided is written down.
    private static async ValueTask DisposeAsync(WebApplication? app, StandaloneEngine? engine, IEntityStore store)
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        if (engine is not null)
        {
            await engine.DisposeAsync();
        }

        await store.DisposeAsync();
    }
}
