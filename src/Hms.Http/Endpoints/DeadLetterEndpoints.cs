using System.Text.Json;
using Hms.Http.Reading;
using Hms.Http.Requests;
using Hms.Http.Writing;

namespace Hms.Http.Endpoints;

/// <summary>What will not be delivered: looking at it, trying it again, throwing it away.</summary>
internal sealed class DeadLetterEndpoints(IFabric fabric, HttpOptions options)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/supervisors/{id}/dead-letters", (RequestDelegate)ListAsync);
        routes.MapDelete("/v1/supervisors/{id}/dead-letters", (RequestDelegate)PurgeAsync);
        routes.MapPost("/v1/supervisors/{id}/dead-letters/redrive", (RequestDelegate)RedriveAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var mailbox = fabric.Mailbox(RouteName.Read(context, "id"));
        var query = new Query(context.Request);
        var after = query.Integer("after", 0, long.MaxValue, 0);
        var limit = (int)query.Integer("limit", 1, Ranges.PageMax, Listing.LimitDefault);
        query.Done();

        var page = await mailbox.DeadLettersAsync(after, limit, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, page, static (json, page) => JsonLists.WritePage(json, page, Write));
    }

    private async Task RedriveAsync(HttpContext context)
    {
        var mailbox = fabric.Mailbox(RouteName.Read(context, "id"));
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Redrive, options.MessageBytesMax);
        var redriven = await mailbox.RedriveAsync(body.RootElement.Integers("sequences"), CancellationToken.None);
        await JsonAnswer.WriteAsync(
            context, StatusCodes.Status200OK, redriven, static (json, count) => WriteCount(json, "redriven"u8, count));
    }

    private async Task PurgeAsync(HttpContext context)
    {
        var mailbox = fabric.Mailbox(RouteName.Read(context, "id"));
        var purged = await mailbox.PurgeDeadLettersAsync(CancellationToken.None);
        await JsonAnswer.WriteAsync(
            context, StatusCodes.Status200OK, purged, static (json, count) => WriteCount(json, "purged"u8, count));
    }

    private static void Write(Utf8JsonWriter json, DeadLetter letter)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence"u8, letter.Sequence);
        json.WriteString("reason"u8, letter.Reason);
        json.WriteString("dead_at"u8, JsonText.Timestamp(letter.DeadAt));
        json.WriteNumber("attempt"u8, letter.Attempt);
        JsonLists.WriteRaw(json, "message"u8, letter.Message);
        json.WriteEndObject();
    }

    private static void WriteCount(Utf8JsonWriter json, ReadOnlySpan<byte> name, int count)
    {
        json.WriteStartObject();
        json.WriteNumber(name, count);
        json.WriteEndObject();
    }
}
