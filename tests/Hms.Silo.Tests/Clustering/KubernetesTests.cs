using System.Collections.Concurrent;
using Hms.Processes;
using Hms.Storage.Postgres.Tests;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Hosting.Kubernetes;
using Orleans.Runtime;

namespace Hms.Silo.Tests.Clustering;

/// <summary>A silo with <c>--kubernetes</c> beside an API that answers as that of Kubernetes does, with the labels of deploy/kubernetes.</summary>
public sealed class KubernetesTests(PostgresServer server) : ClusteringTest(server)
{
    private const string PodName = "hms-silo-7d9c";
    private const string Namespace = "fabric";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _asked = new();

    [Fact]
    public async Task Silo_starts_under_the_name_of_its_cluster_and_has_nothing_to_change_on_its_pod()
    {
        // As the manifest gives them to a pod. Nobody else in this process asks for them.
        Environment.SetEnvironmentVariable(KubernetesHostingOptions.PodNameEnvironmentVariable, PodName);
        Environment.SetEnvironmentVariable(KubernetesHostingOptions.PodNamespaceEnvironmentVariable, Namespace);
        Environment.SetEnvironmentVariable(KubernetesHostingOptions.PodIPEnvironmentVariable, "127.0.0.1");
        await using var api = await StartApiAsync();
        var ports = FreePorts.Take(2);
        var configuration = new ConfigurationManager();
        SiloSettings.AddSources(
            configuration,
            ["--clustering", "postgres", "--connection", Database, "--kubernetes", "--Silo:Port", $"{ports[0]}", "--Silo:GatewayPort", $"{ports[1]}"]);
        configuration["Storage:Schema"] = Schema;
        var settings = SiloSettings.Read(configuration);
        await ClusterSetup.PrepareAsync(settings);
        var host = Build(builder => builder.UseOrleans(silo =>
        {
            ClusterSetup.Apply(silo, settings);
            silo.Configure<KubernetesHostingOptions>(
                options => options.GetClientConfiguration = () => new KubernetesClientConfiguration { Host = api.Urls.Single() });
        }));

        await host.StartAsync().WaitAsync(Patience);

        var cluster = host.Services.GetRequiredService<IOptions<ClusterOptions>>().Value;
        Assert.Equal(("hms", "hms"), (cluster.ClusterId, cluster.ServiceId));
        var silo = host.Services.GetRequiredService<ILocalSiloDetails>();
        Assert.Equal(
            (PodName, $"127.0.0.1:{ports[0]}", ports[1]), (silo.Name, silo.SiloAddress.Endpoint.ToString(), silo.GatewayAddress!.Endpoint.Port));
        Assert.Contains(_asked, asked => asked.Contains("orleans/clusterId=hms", StringComparison.Ordinal));
        Assert.DoesNotContain(_asked, asked => asked.StartsWith("PATCH", StringComparison.Ordinal));
        Assert.Contains($"port {ports[1]} of its pod", ClusterSetup.Describe(settings), StringComparison.Ordinal);
    }

    /// <summary>What a silo's account may do there: look at pods, and nothing else.</summary>
    private async Task<WebApplication> StartApiAsync()
    {
        const string pod = $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{PodName}}}","namespace":"{{{Namespace}}}",
             "labels":{"app.kubernetes.io/name":"hms-silo","orleans/clusterId":"hms","orleans/serviceId":"hms"}},"status":{"podIP":"127.0.0.1"}}
            """;
        const string pods = $"/api/v1/namespaces/{Namespace}/pods";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var api = builder.Build();
        api.Urls.Add("http://127.0.0.1:0");
        api.Use((context, next) =>
        {
            _asked.Enqueue($"{context.Request.Method} {context.Request.Path}{Uri.UnescapeDataString(context.Request.QueryString.Value!)}");
            return next(context);
        });
        api.MapGet($"{pods}/{PodName}", () => Results.Text(pod, "application/json"));
        api.MapGet(pods, async (HttpContext context) =>
        {
            context.Response.ContentType = "application/json";
            if (context.Request.Query["watch"] == "true")
            {
                // Nothing happens until the silo has gone.
                await context.Response.StartAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            await context.Response.WriteAsync($$"""{"apiVersion":"v1","kind":"PodList","metadata":{},"items":[{{pod}}]}""");
        });
        api.MapFallback(() => Results.Json(new { kind = "Status", code = 403, reason = "Forbidden" }, statusCode: 403));
        await api.StartAsync();
        return api;
    }
}
