using Hms.Http.Endpoints;
using Hms.Http.Guarding;
using Hms.Http.Metering;
using Hms.Http.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hms.Http;

/// <summary>Puts a fabric on HTTP, as <c>api.md</c> fixes it. A host adds it, registers an <see cref="IFabric"/>, and maps it.</summary>
public static class HmsHttp
{
    /// <summary>Adds what the front needs, Kestrel's limits included. The host registers the <see cref="IFabric"/>, a singleton.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the defaults; one out of range is an <see cref="OptionsValidationException"/>.</param>
    public static IServiceCollection AddHmsHttp(this IServiceCollection services, Action<HttpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<HttpOptions>().Configure(options => configure?.Invoke(options)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsRules>();
        services.AddRouting();
        services.AddMetrics();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<HttpOptions>>().Value);
        services.AddSingleton<HttpMetrics>();
        services.AddSingleton<ProcessMetrics>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SocketMetrics>();
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton<OriginGuard>();
        services.AddSingleton<Failures>();
        services.AddOptions<KestrelServerOptions>().Configure<HttpOptions>((kestrel, options) => kestrel.ConfigureKestrel(options));
        services.AddOptions<HostOptions>().Configure<HttpOptions>((host, options) => host.ShutdownTimeout = options.DrainMax);

        // ASP.NET's own line and activity per request cost as much as a small request does; a host's own rule for the category wins.
        services.PostConfigure<LoggerFilterOptions>(filter =>
            filter.Rules.Insert(0, new LoggerFilterRule(null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None, null)));
        return services;
    }

    /// <summary>
    /// Sets Kestrel's limits, so that slow or vanished clients hold neither memory nor others, and refuses to listen where nobody should
    /// without being authenticated. <see cref="AddHmsHttp"/> calls it.
    /// </summary>
    /// <exception cref="InvalidOperationException">At the start, for an address that is not loopback, unless
    /// <see cref="HttpOptions.Insecure"/>.</exception>
    public static void ConfigureKestrel(this KestrelServerOptions kestrel, HttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(options);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
        kestrel.Limits.MaxConcurrentUpgradedConnections = options.ConnectionsMax;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.DataRateMin, options.DataRateGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(options.DataRateMin, options.DataRateGrace);
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MaxRequestBufferSize = 128 * 1024;

        // Bodies are measured as they are read, so that the refusal is an ErrorResponse and reaches a client that is still sending.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.ConfigureEndpointDefaults(listen => ListenRule.Check(listen.EndPoint, options));
    }

    /// <summary>Maps every endpoint, behind the check of <c>Host</c> and <c>Origin</c> and what turns errors into answers.</summary>
    /// <exception cref="InvalidOperationException">There is no <see cref="IFabric"/>, or no <see cref="AddHmsHttp"/> before.</exception>
    public static WebApplication MapHms(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.Services;
        var fabric = services.GetRequiredService<IFabric>();
        var options = services.GetRequiredService<HttpOptions>();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var failures = services.GetRequiredService<Failures>();
        services.GetRequiredService<ProcessMetrics>();

        app.Use(next => new Front(
            next, services.GetRequiredService<OriginGuard>(), failures, services.GetRequiredService<HttpMetrics>()).InvokeAsync);

        new MessageEndpoints(fabric, options, failures, stopping).Map(app);
        new MailboxEndpoints(fabric, options, stopping).Map(app);
        new EventEndpoints(fabric, failures, services.GetRequiredService<TimeProvider>(), stopping).Map(app);
        new SocketEndpoint(
            fabric, options, failures, services.GetRequiredService<SocketMetrics>(), services.GetRequiredService<TimeProvider>(), stopping)
            .Map(app);
        new DeadLetterEndpoints(fabric, options).Map(app);
        new TopicEndpoints(fabric.Topics, options).Map(app);
        new SupervisorEndpoints(fabric.Supervisors, options).Map(app);
        new TaskEndpoints(fabric.Tasks, options, stopping).Map(app);
        new LockEndpoints(fabric.Locks, options, stopping).Map(app);
        new BarrierEndpoints(fabric.Barriers, options, stopping).Map(app);
        new MessageTypeEndpoints(fabric.MessageTypes, options).Map(app);
        new OperationsEndpoints(fabric, options, services.GetRequiredService<PrometheusExporter>(), stopping).Map(app);
        return app;
    }

    private sealed class HttpOptionsRules : IValidateOptions<HttpOptions>
    {
        public ValidateOptionsResult Validate(string? name, HttpOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
