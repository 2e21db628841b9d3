using System.Text;
using System.Text.Json.Nodes;
using Hms.Http.Requests;
using Hms.Protocol.Coordination;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hms.Http.Tests.OpenApi;

public sealed class OpenApiDocumentTests
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "head", "patch", "options", "trace"];

    [Fact]
    public async Task Every_route_and_method_is_described_and_nothing_else()
    {
        await using var front = await TestFront.StartAsync();
        var mapped = front.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText}"));
        var described = (await DocumentAsync(front))["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject()
                .Where(member => Methods.Contains(member.Key))
                .Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        await using var front = await TestFront.StartAsync();
        var document = await DocumentAsync(front);
        var references = Everything(document).OfType<JsonObject>()
            .Select(node => node.TryGetPropertyValue("$ref", out var reference) ? reference : null)
            .OfType<JsonValue>().Select(reference => (string)reference!).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, reference =>
        {
            Assert.StartsWith("#/", reference, StringComparison.Ordinal);
            var target = reference[2..].Split('/').Aggregate((JsonNode?)document, (node, step) => node?[step]);
            Assert.NotNull(target);
        });
    }

    [Fact]
    public async Task What_is_enforced_is_what_is_shown()
    {
        await using var front = await TestFront.StartAsync();
        var schemas = (await DocumentAsync(front))["components"]!["schemas"]!;
        Assert.All(RequestSchema.All, request =>
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(request.Text), schemas[request.Name]), request.Name));
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData("the store is away", null)]
    public async Task Status_is_as_it_is_described_also_where_something_is_away(string? problem, int? supervisors)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.Status = front.Fabric.Status with { Problem = problem, Supervisors = supervisors };
        var schema = (await DocumentAsync(front))["components"]!["schemas"]!["Status"]!;

        var members = (await front.GetAsync("/v1/status").JsonAsync()).AsObject().Select(member => member.Key).ToArray();

        Assert.Empty(schema["required"]!.AsArray().Select(name => (string)name!).Except(members));
        Assert.Empty(members.Except(schema["properties"]!.AsObject().Select(member => member.Key)));
    }

    [Fact]
    public async Task Every_schema_that_is_defined_is_used()
    {
        await using var front = await TestFront.StartAsync();
        var document = await DocumentAsync(front);
        var text = document.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.All(
            document["components"]!.AsObject().SelectMany(kind => kind.Value!.AsObject().Select(item => $"#/components/{kind.Key}/{item.Key}")),
            reference => Assert.Contains($"\"{reference}\"", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_operation_has_an_id_of_its_own_a_tag_and_its_path_parameters()
    {
        await using var front = await TestFront.StartAsync();
        var document = await DocumentAsync(front);
        Assert.Equal("3.1.0", (string?)document["openapi"]);
        var tags = document["tags"]!.AsArray().Select(tag => (string)tag!["name"]!).ToList();
        var ids = new List<string>();
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            Assert.Equal(path.Count(c => c == '{'), item!["parameters"]?.AsArray().Count ?? 0);
            foreach (var (method, operation) in item.AsObject().Where(member => Methods.Contains(member.Key)))
            {
                ids.Add((string)operation!["operationId"]!);
                Assert.Contains((string)operation["tags"]![0]!, tags);
                Assert.NotEmpty((string?)operation["summary"] ?? "");
                Assert.NotEmpty(operation["responses"]!.AsObject());
            }
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public async Task Documented_limits_are_those_that_are_enforced()
    {
        await using var front = await TestFront.StartAsync();
        var document = await DocumentAsync(front);
        var receive = document["paths"]!["/v1/supervisors/{id}/messages"]!["get"]!["parameters"]!.AsArray()
            .ToDictionary(parameter => (string)parameter!["name"]!, parameter => parameter!["schema"]!);
        var defaults = new ReceiveRequest();
        Assert.Equal(Ranges.PageMax, (int)receive["max"]["maximum"]!);
        Assert.Equal(defaults.Max, (int)receive["max"]["default"]!);
        Assert.Equal(Ranges.LeaseMax.TotalMilliseconds, (double)receive["lease_ms"]["maximum"]!);
        Assert.Equal(defaults.Lease.TotalMilliseconds, (double)receive["lease_ms"]["default"]!);
        var events = document["paths"]!["/v1/supervisors/{id}/events"]!["get"]!["parameters"]!.AsArray()
            .ToDictionary(parameter => (string)parameter!["name"]!, parameter => parameter!["schema"]!);
        Assert.True(JsonNode.DeepEquals(receive["lease_ms"], events["lease_ms"]));
        Assert.Equal(Ranges.PageMax, (int)events["max"]["maximum"]!);
        var schemas = document["components"]!["schemas"]!;
        var interval = schemas["RegistrationRequest"]!["properties"]!["heartbeat_interval_ms"]!;
        Assert.Equal(Ranges.HeartbeatIntervalMinMs, (long)interval["minimum"]!);
        Assert.Equal(Ranges.HeartbeatIntervalMaxMs, (long)interval["maximum"]!);
        Assert.Equal(Ranges.ReceiptsMax, (int)schemas["AckRequest"]!["properties"]!["receipts"]!["maxItems"]!);
        Assert.Equal(Ranges.LeaseMax.TotalMilliseconds, (double)schemas["ExtendRequest"]!["properties"]!["lease_ms"]!["maximum"]!);
        var acquire = schemas["AcquireRequest"]!["properties"]!;
        Assert.Equal(Ranges.LeaseMax.TotalMilliseconds, (double)acquire["lease_ms"]!["maximum"]!);
        Assert.True(JsonNode.DeepEquals(acquire["lease_ms"], schemas["RenewRequest"]!["properties"]!["lease_ms"]));
        Assert.Equal(TaskRetry.AttemptsCap, (int)schemas["TaskRequest"]!["properties"]!["retry"]!["properties"]!["max_attempts"]!["maximum"]!);
        Assert.Equal(
            TaskPhases.All.Select(phase => phase.WireName()),
            schemas["TaskState"]!["enum"]!.AsArray().Select(state => (string)state!));
        Assert.Equal(
            Enum.GetValues<BarrierPhase>().Select(phase => phase.WireName()),
            schemas["Barrier"]!["properties"]!["state"]!["enum"]!.AsArray().Select(state => (string)state!));
        Assert.Equal(
            ErrorCodes.All.Select(code => code.WireName()).Distinct(),
            schemas["ErrorResponse"]!["properties"]!["error_code"]!["enum"]!.AsArray().Select(code => (string)code!), EqualUnordered);
    }

    private static bool EqualUnordered(IEnumerable<string> one, IEnumerable<string> other) => one.ToHashSet().SetEquals(other);

    private static async Task<JsonNode> DocumentAsync(TestFront front) => await front.GetAsync("/openapi/v1.json").JsonAsync();

    private static IEnumerable<JsonNode> Everything(JsonNode node)
    {
        yield return node;
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject inner => inner.Select(member => member.Value),
            JsonArray inner => inner,
            _ => [],
        };
        foreach (var descendant in children.OfType<JsonNode>().SelectMany(Everything))
        {
            yield return descendant;
        }
    }
}
