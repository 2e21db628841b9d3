using System.Text.Json;
using Hms.Http.Reading;
using Hms.Http.Requests;
using Hms.Http.Writing;

namespace Hms.Http.Endpoints;

/// <summary>Receiving by long-poll, and saying what became of what was received.</summary>
internal sealed class MailboxEndpoints(IFabric fabric, HttpOptions options, CancellationToken stopping)
{
    private static readonly ReceiveRequest Defaults = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/supervisors/{id}/messages", (RequestDelegate)ReceiveAsync);
        routes.MapPost("/v1/supervisors/{id}/messages/ack", (RequestDelegate)AckAsync);
        routes.MapPost("/v1/supervisors/{id}/messages/nack", (RequestDelegate)NackAsync);
        routes.MapPost("/v1/supervisors/{id}/messages/extend", (RequestDelegate)ExtendAsync);
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        var mailbox = fabric.Mailbox(RouteName.Read(context, "id"));
        var request = ReadRequest(context.Request);
        var deliveries = request.Wait == TimeSpan.Zero
            ? await mailbox.ReceiveAsync(request, CancellationToken.None)
            : await LongWait.RunAsync(
                context, patience => mailbox.ReceiveAsync(request, patience), static () => new([]), stopping);
        var taken = false;
        try
        {
            taken = await DeliveryWriter.WriteAsync(context, deliveries);
        }
        finally
        {
            // What nobody took goes to the next receiver at once; what was acknowledged in the same step is gone.
            if (!taken && !request.AutoAck && deliveries.Count > 0)
            {
                await mailbox.ReturnAsync([.. deliveries.Select(delivery => delivery.Receipt)], CancellationToken.None);
            }
        }
    }

    private async Task AckAsync(HttpContext context)
    {
        var mailbox = fabric.Mailbox(RouteName.Read(context, "id"));
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Ack, options.MessageBytesMax);
        await WriteAsync(context, await mailbox.AckAsync(body.RootElement.Texts("receipts")!, CancellationToken.None));
    }

    private async Task NackAsync(HttpContext context)
    {
        var mailbox = fabric.Mailbox(RouteName.Read(context, "id"));
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Nack, options.MessageBytesMax);
        var request = new NackRequest(body.RootElement.Texts("receipts")!)
        {
            Delay = body.RootElement.Milliseconds("delay_ms"),
            DeadLetter = body.RootElement.Flag("dead_letter"),
            Reason = body.RootElement.Text("reason"),
        };
        await WriteAsync(context, await mailbox.NackAsync(request, CancellationToken.None));
    }

    private async Task ExtendAsync(HttpContext context)
    {
        var mailbox = fabric.Mailbox(RouteName.Read(context, "id"));
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Extend, options.MessageBytesMax);
        var lease = body.RootElement.Milliseconds("lease_ms");
        await WriteAsync(context, await mailbox.ExtendAsync(body.RootElement.Texts("receipts")!, lease, CancellationToken.None));
    }

    private static ReceiveRequest ReadRequest(HttpRequest request)
    {
        var query = new Query(request);
        var receive = new ReceiveRequest
        {
            Max = ReceiveQuery.Max(ref query, Defaults.Max),
            Wait = query.Clamped("wait_ms", Ranges.WaitMax),
            Lease = ReceiveQuery.Lease(ref query),
            AutoAck = ReceiveQuery.AutoAck(ref query),
        };
        query.Done();
        return receive;
    }

    private static Task<bool> WriteAsync(HttpContext context, AckResult result) =>
        JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, result, Write);

    private static void Write(Utf8JsonWriter json, AckResult result)
    {
        json.WriteStartObject();
        json.WriteNumber("acked"u8, result.Acked);
        JsonLists.WriteStrings(json, "stale"u8, result.Stale);
        json.WriteEndObject();
    }
}
