using System.Runtime.InteropServices;
using Hms.Http.Reading;
using Hms.Http.Requests;
using Hms.Http.Writing;

namespace Hms.Http.Endpoints;

/// <summary>Registration, records, heartbeats and settings (section 3.1).</summary>
internal sealed class SupervisorEndpoints(ISupervisors supervisors, HttpOptions options)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/supervisors", (RequestDelegate)ListAsync);
        routes.MapPut("/v1/supervisors/{id}", (RequestDelegate)RegisterAsync);
        routes.MapGet("/v1/supervisors/{id}", (RequestDelegate)GetAsync);
        routes.MapDelete("/v1/supervisors/{id}", (RequestDelegate)DeregisterAsync);
        routes.MapPost("/v1/supervisors/{id}/heartbeat", (RequestDelegate)HeartbeatAsync);
        routes.MapPut("/v1/supervisors/{id}/configuration", (RequestDelegate)ConfigureAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var wanted = new SupervisorQuery
        {
            Liveness = query.Word("status", LivenessNames.FromWire, "must be alive, suspect or dead"),
            Role = query.Name("role"),
            After = query.Name("after") ?? "",
            Limit = (int)query.Integer("limit", 1, Ranges.PageMax, Listing.LimitDefault),
        };
        query.Done();

        var page = await supervisors.ListAsync(wanted, context.RequestAborted);
        await JsonAnswer.WriteAsync(
            context, StatusCodes.Status200OK, page, static (json, page) => JsonLists.WritePage(json, page, static (json, record) => record.WriteTo(json)));
    }

    private async Task RegisterAsync(HttpContext context)
    {
        var id = RouteName.Read(context, "id");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Registration, options.MessageBytesMax);
        var result = await supervisors.RegisterAsync(id, Registration.Read(body.RootElement), CancellationToken.None);
        await WriteAsync(context, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK, result.Record);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = RouteName.Read(context, "id");
        await WriteAsync(context, StatusCodes.Status200OK, await supervisors.GetAsync(id, context.RequestAborted));
    }

    private async Task DeregisterAsync(HttpContext context)
    {
        await supervisors.DeregisterAsync(RouteName.Read(context, "id"), CancellationToken.None);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task HeartbeatAsync(HttpContext context)
    {
        var id = RouteName.Read(context, "id");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Heartbeat, options.MessageBytesMax);
        await WriteAsync(context, StatusCodes.Status200OK, await supervisors.HeartbeatAsync(id, Heartbeat.Read(body.RootElement), CancellationToken.None));
    }

    private async Task ConfigureAsync(HttpContext context)
    {
        var id = RouteName.Read(context, "id");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Configuration, options.MessageBytesMax);
        var configuration = JsonMarshal.GetRawUtf8Value(body.RootElement).ToArray();
        await WriteAsync(context, StatusCodes.Status200OK, await supervisors.ConfigureAsync(id, configuration, CancellationToken.None));
    }

    private static Task<bool> WriteAsync(HttpContext context, int status, SupervisorRecord record) =>
        JsonAnswer.WriteAsync(context, status, record, static (json, record) => record.WriteTo(json));
}
