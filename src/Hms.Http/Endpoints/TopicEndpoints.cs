using System.Text.Json;
using Hms.Http.Reading;
using Hms.Http.Requests;
using Hms.Http.Writing;

namespace Hms.Http.Endpoints;

/// <summary>Topics, who subscribes to them, and what was published to them (sections 4.2 and 6.2).</summary>
internal sealed class TopicEndpoints(ITopics topics, HttpOptions options)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/topics", (RequestDelegate)ListAsync);
        routes.MapGet("/v1/topics/{topic}", (RequestDelegate)GetAsync);
        routes.MapGet("/v1/topics/{topic}/messages", (RequestDelegate)ReplayAsync);
        routes.MapGet("/v1/topics/{topic}/subscribers", (RequestDelegate)SubscribersAsync);
        routes.MapPut("/v1/topics/{topic}/subscribers/{supervisor}", (RequestDelegate)SubscribeAsync);
        routes.MapDelete("/v1/topics/{topic}/subscribers/{supervisor}", (RequestDelegate)UnsubscribeAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var (after, limit) = ReadPage(context.Request);
        var page = await topics.ListAsync(after, limit, context.RequestAborted);
        await JsonAnswer.WriteAsync(
            context, StatusCodes.Status200OK, page, static (json, page) => JsonLists.WritePage(json, page, TopicJson.Write));
    }

    private async Task GetAsync(HttpContext context)
    {
        var record = await topics.GetAsync(RouteName.ReadTopic(context, "topic"), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, record, TopicJson.Write);
    }

    private async Task ReplayAsync(HttpContext context)
    {
        var topic = RouteName.ReadTopic(context, "topic");
        var query = new Query(context.Request);
        var from = query.Integer("from", 0, long.MaxValue, 0);
        var limit = (int)query.Integer("limit", 1, Ranges.PageMax, Listing.LimitDefault);
        query.Done();

        await TopicMessageWriter.WriteAsync(context, await topics.ReadAsync(topic, from, limit, context.RequestAborted));
    }

    private async Task SubscribersAsync(HttpContext context)
    {
        var topic = RouteName.ReadTopic(context, "topic");
        var (after, limit) = ReadPage(context.Request);
        var page = await topics.SubscribersAsync(topic, after, limit, context.RequestAborted);
        await JsonAnswer.WriteAsync(
            context, StatusCodes.Status200OK, page, static (json, page) => JsonLists.WritePage(json, page, TopicJson.Write));
    }

    private async Task SubscribeAsync(HttpContext context)
    {
        var (topic, supervisor) = ReadSubscription(context);
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Subscription, options.MessageBytesMax);
        var start = ReadStart(body.RootElement);
        var isNew = await topics.SubscribeAsync(topic, supervisor, start, CancellationToken.None);
        await JsonAnswer.WriteAsync(
            context, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, (topic, supervisor, start), TopicJson.Write);
    }

    private async Task UnsubscribeAsync(HttpContext context)
    {
        var (topic, supervisor) = ReadSubscription(context);
        await topics.UnsubscribeAsync(topic, supervisor, CancellationToken.None);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static (string Topic, string Supervisor) ReadSubscription(HttpContext context) =>
        (RouteName.ReadPattern(context, "topic"), RouteName.ReadSecond(context, "supervisor"));

    private static (string After, int Limit) ReadPage(HttpRequest request)
    {
        var query = new Query(request);
        var after = query.Name("after") ?? "";
        var limit = (int)query.Integer("limit", 1, Ranges.PageMax, Listing.LimitDefault);
        query.Done();
        return (after, limit);
    }

    private static SubscriptionStart ReadStart(JsonElement body) =>
        !body.TryGetProperty("from"u8, out var from) ? SubscriptionStart.New
        : JsonText.TryGetInteger(from, out var sequence) ? new SubscriptionStart(sequence)
        : from.ValueKind == JsonValueKind.String && from.ValueEquals("earliest"u8) ? SubscriptionStart.Earliest
        : SubscriptionStart.New;
}
