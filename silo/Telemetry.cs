using Hms.Fabric;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Hms.Silo;

/// <summary>Traces from HTTP through grains to delivery, and the meters of all on the way, sent by OTLP where that is wanted.</summary>
internal static class Telemetry
{
    private static readonly string[] Sources =
        ["Microsoft.AspNetCore", "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", Tracing.SourceName];

    private static readonly string[] Meters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.Orleans", "System.Runtime", "Hms.*"];

    public static void Add(IServiceCollection services, Uri? otlp)
    {
        if (otlp is null)
        {
            return;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("hms-silo"))
            .WithTracing(tracing => tracing.AddSource(Sources).AddOtlpExporter(exporter => exporter.Endpoint = otlp))
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter(exporter => exporter.Endpoint = otlp));
    }
}
