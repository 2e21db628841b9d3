using System.Text.Json;
using Hms.Http.Reading;
using Hms.Http.Requests;
using Hms.Http.Writing;
using Hms.Protocol.Catalogue;

namespace Hms.Http.Endpoints;

/// <summary>The message types that are known, and those of the user's own (sections 3 and 12.2).</summary>
internal sealed class MessageTypeEndpoints(IMessageTypes types, HttpOptions options)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/message-types", (RequestDelegate)ListAsync);
        routes.MapGet("/v1/message-types/{type}", (RequestDelegate)GetAsync);
        routes.MapPut("/v1/message-types/{type}", (RequestDelegate)PutAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var after = query.Name("after");
        var limit = (int)query.Integer("limit", 1, Ranges.PageMax, Listing.LimitDefault);
        query.Done();

        var page = PageOf(await types.ListAsync(context.RequestAborted), after, limit);
        await JsonAnswer.WriteAsync(
            context, StatusCodes.Status200OK, page, static (json, page) => JsonLists.WritePage(json, page, Write));
    }

    private async Task GetAsync(HttpContext context)
    {
        var type = RouteName.Read(context, "type");
        await WriteAsync(context, StatusCodes.Status200OK, await types.GetAsync(type, context.RequestAborted));
    }

    private async Task PutAsync(HttpContext context)
    {
        var type = RouteName.Read(context, "type");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.MessageType, options.MessageBytesMax);
        var definition = ReadDefinition(type, body.RootElement);
        var isNew = await types.PutAsync(definition, CancellationToken.None);
        await WriteAsync(context, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, definition);
    }

    private static Page<MessageTypeDefinition> PageOf(IReadOnlyList<MessageTypeDefinition> all, string? after, int limit)
    {
        MessageTypeDefinition[] rest = [.. all.Where(type => after is null || string.CompareOrdinal(type.Type, after) > 0).Take(limit + 1)];
        return rest.Length <= limit ? new(rest, null) : new(rest[..limit], rest[limit - 1].Type);
    }

    private static MessageTypeDefinition ReadDefinition(string type, JsonElement body) => new(
        type,
        body.Text("category") ?? MessageTypeDefinition.CustomCategory,
        body.Text("description") ?? "",
        body.Texts("sender_roles") ?? [Roles.Any],
        body.Texts("receiver_roles") ?? [Roles.Any],
        body.Text("response_type"),
        body.Raw("schema"));

    private static Task<bool> WriteAsync(HttpContext context, int status, MessageTypeDefinition type) =>
        JsonAnswer.WriteAsync(context, status, type, Write);

    private static void Write(Utf8JsonWriter json, MessageTypeDefinition type) => type.WriteTo(json);
}
