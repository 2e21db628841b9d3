using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hms.Bench.Limits;

/// <summary>The most that this HTTP server could do: Kestrel reads a body and answers one as long as a receipt, and that is all.</summary>
internal static class BareEndpoint
{
    /// <summary>The hidden argument by which the bench starts itself as this endpoint.</summary>
    public const string Argument = "--bare-endpoint";

    public static Task<int> ServeAsync()
    {
        var receipt = """{"id":"bench-00000000-000000000000","status":"accepted","deliveries":1,"duplicate":false,"durability":"fsync"}"""u8.ToArray();
        return BareHost.ServeAsync(app => app.MapPost("/v1/messages", async (HttpContext context) =>
        {
            await ReadToEndAsync(context.Request);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = receipt.Length;
            await context.Response.Body.WriteAsync(receipt);
        }));
    }

    private static async ValueTask ReadToEndAsync(HttpRequest request)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync();
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }
}
