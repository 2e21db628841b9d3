using System.Text.Json;
using Hms.Http.Reading;
using Hms.Http.Requests;
using Hms.Http.Writing;
using Hms.Protocol.Coordination;

namespace Hms.Http.Endpoints;

/// <summary>Barriers (section 4.5): calling to one, arriving, and waiting for the outcome.</summary>
internal sealed class BarrierEndpoints(IBarriers barriers, HttpOptions options, CancellationToken stopping)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/barriers", (RequestDelegate)CreateAsync);
        routes.MapGet("/v1/barriers/{id}", (RequestDelegate)GetAsync);
        routes.MapPost("/v1/barriers/{id}/arrive", (RequestDelegate)ArriveAsync);
    }

    private async Task CreateAsync(HttpContext context)
    {
        List<Problem>? problems = null;
        var key = IdempotencyKey.Read(context.Request.Headers, ref problems);
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Barrier, options.MessageBytesMax, problems);
        var (created, record) = await barriers.CreateAsync(ReadCall(body.RootElement), key, CancellationToken.None);
        if (created)
        {
            context.Response.Headers.Location = $"/v1/barriers/{Uri.EscapeDataString(record.Call.BarrierId)}";
        }

        await WriteAsync(context, created ? StatusCodes.Status201Created : StatusCodes.Status200OK, record);
    }

    private async Task GetAsync(HttpContext context) =>
        await WriteAsync(context, StatusCodes.Status200OK, await LongWait.ReadAsync(context, barriers.GetAsync, stopping));

    private async Task ArriveAsync(HttpContext context)
    {
        var id = RouteName.Read(context, "id");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Arrival, options.MessageBytesMax);
        var arrival = body.RootElement;
        var record = await barriers.ArriveAsync(
            id, arrival.Text("participant")!, arrival.Flag("ready"), arrival.Integer("generation"), CancellationToken.None);
        await WriteAsync(context, StatusCodes.Status200OK, record);
    }

    private static BarrierCall ReadCall(JsonElement body) => new(
        body.Text("barrier_id")!, body.Text("initiator")!, body.Texts("participants")!, body.Integer("timeout_ms")!.Value);

    private static Task<bool> WriteAsync(HttpContext context, int status, BarrierRecord record) =>
        JsonAnswer.WriteAsync(context, status, record, static (json, record) => record.WriteTo(json));
}
