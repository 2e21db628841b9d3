using System.Reflection;
using System.Text.Json;
using Hms.Http.Metering;
using Hms.Http.OpenApi;
using Hms.Http.Writing;

namespace Hms.Http.Endpoints;

/// <summary>Whether the fabric lives, what it is, how it does, and how to speak to it.</summary>
internal sealed class OperationsEndpoints(IFabric fabric, HttpOptions options, PrometheusExporter metrics, CancellationToken stopping)
{
    private const string Name = "HMS Fabric";
    private const string Mode = "open";

    private static readonly string[] Look = ["GET", "HEAD"];

    private static readonly string Version =
        typeof(OperationsEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    private static readonly byte[] Welcome = System.Text.Encoding.UTF8.GetBytes(
        $"""
        {Name} {Version}: a message fabric for supervisors, protocol {ProtocolVersion.Current}.

        /openapi/v1.json   every endpoint
        /v1/status         what this fabric is and how it does
        /health/ready      whether it accepts messages
        /metrics           figures for Prometheus

        """);

    private readonly Lazy<byte[]> _openApi = new(() => OpenApiDocument.Build(Version));

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (RequestDelegate)WelcomeAsync);
        routes.MapMethods("/health/live", Look, LiveAsync);
        routes.MapMethods("/health/ready", Look, ReadyAsync);
        routes.MapGet("/metrics", (RequestDelegate)MetricsAsync);
        routes.MapGet("/openapi/v1.json", (RequestDelegate)OpenApiAsync);
        routes.MapGet("/v1/status", (RequestDelegate)StatusAsync);
    }

    private static Task WelcomeAsync(HttpContext context) =>
        JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, Welcome, "text/plain; charset=utf-8");

    private static Task LiveAsync(HttpContext context) => WriteHealthAsync(context, "live");

    private async Task ReadyAsync(HttpContext context)
    {
        if (stopping.IsCancellationRequested)
        {
            throw new FaultException(ErrorCode.Unavailable, "the fabric is stopping");
        }

        if (await fabric.ProblemAsync(context.RequestAborted) is { } problem)
        {
            throw new FaultException(ErrorCode.Unavailable, problem);
        }

        await WriteHealthAsync(context, "ready");
    }

    private Task MetricsAsync(HttpContext context) =>
        JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, metrics.Scrape(), PrometheusText.ContentType);

    private Task OpenApiAsync(HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, _openApi.Value);

    private async Task StatusAsync(HttpContext context)
    {
        var status = await fabric.StatusAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, (status, options), Write);
    }

    private static Task<bool> WriteHealthAsync(HttpContext context, string status) =>
        JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, status, static (json, status) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, status);
            json.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter json, (FabricStatus Status, HttpOptions Options) of)
    {
        var (status, options) = of;
        json.WriteStartObject();
        json.WriteString("name"u8, Name);
        json.WriteString("version"u8, Version);
        json.WriteString("protocol_version"u8, ProtocolVersion.Current);
        json.WriteString("mode"u8, Mode);
        json.WriteString("engine"u8, status.Engine);
        json.WriteString("storage"u8, status.Storage);
        json.WriteString("durability"u8, "fsync"u8);
        json.WriteBoolean("writable"u8, status.Problem is null);
        if (status.Problem is not null)
        {
            json.WriteString("problem"u8, status.Problem);
        }

        if (status.Supervisors is { } supervisors)
        {
            json.WriteNumber("supervisors"u8, supervisors);
        }

        json.WriteNumber("message_bytes_max"u8, options.MessageBytesMax);
        json.WriteStartObject("counters"u8);
        foreach (var (name, count) in status.Counters)
        {
            json.WriteNumber(name, count);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
