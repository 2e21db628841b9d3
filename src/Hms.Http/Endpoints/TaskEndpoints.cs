using Hms.Http.Reading;
using Hms.Http.Requests;
using Hms.Http.Writing;
using Hms.Protocol.Coordination;

namespace Hms.Http.Endpoints;

/// <summary>The tasks that supervisors give each other (sections 3.2 and 11.1).</summary>
internal sealed class TaskEndpoints(ITasks tasks, HttpOptions options, CancellationToken stopping)
{
    private static readonly string PhaseRule = $"must be one of {string.Join(", ", TaskPhases.All.Select(phase => phase.WireName()))}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/tasks", (RequestDelegate)ListAsync);
        routes.MapPost("/v1/tasks", (RequestDelegate)CreateAsync);
        routes.MapGet("/v1/tasks/{id}", (RequestDelegate)GetAsync);
        routes.MapPost("/v1/tasks/{id}/cancel", (RequestDelegate)CancelAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var wanted = new TaskQuery
        {
            Assignee = query.Name("assignee"),
            Phase = query.Word("state", TaskPhases.FromWire, PhaseRule),
            After = query.Name("after") ?? "",
            Limit = (int)query.Integer("limit", 1, Ranges.PageMax, Listing.LimitDefault),
        };
        query.Done();

        var page = await tasks.ListAsync(wanted, context.RequestAborted);
        await JsonAnswer.WriteAsync(
            context, StatusCodes.Status200OK, page, static (json, page) => JsonLists.WritePage(json, page, static (json, record) => record.WriteTo(json)));
    }

    private async Task CreateAsync(HttpContext context)
    {
        List<Problem>? problems = null;
        var key = IdempotencyKey.Read(context.Request.Headers, ref problems);
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Task, options.MessageBytesMax, problems);
        var (created, record) = await tasks.CreateAsync(TaskOrder.Read(body.RootElement), key, CancellationToken.None);
        if (created)
        {
            context.Response.Headers.Location = $"/v1/tasks/{Uri.EscapeDataString(record.Order.TaskId)}";
        }

        await WriteAsync(context, created ? StatusCodes.Status201Created : StatusCodes.Status200OK, record);
    }

    private async Task GetAsync(HttpContext context) =>
        await WriteAsync(context, StatusCodes.Status200OK, await LongWait.ReadAsync(context, tasks.GetAsync, stopping));

    private async Task CancelAsync(HttpContext context)
    {
        var id = RouteName.Read(context, "id");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Cancellation, options.MessageBytesMax);
        var record = await tasks.CancelAsync(id, body.RootElement.Text("by"), body.RootElement.Text("reason"), CancellationToken.None);
        await WriteAsync(context, StatusCodes.Status200OK, record);
    }

    private static Task<bool> WriteAsync(HttpContext context, int status, TaskRecord record) =>
        JsonAnswer.WriteAsync(context, status, record, static (json, record) => record.WriteTo(json));
}
