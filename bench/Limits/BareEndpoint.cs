using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hms.Bench.Limits;

/// <summary>
/// The most that this HTTP server could do: Kestrel reads a body and answers one as long as a receipt, and that is all.
/// It runs in a process of its own, as our server does, and ends with the process that started it.
/// </summary>
internal static class BareEndpoint
{
    /// <summary>The hidden argument by which the bench starts itself as this endpoint.</summary>
    public const string Argument = "--bare-endpoint";

    public static async Task<int> ServeAsync()
    {
        var receipt = """{"id":"bench-00000000-000000000000","status":"accepted","deliveries":1,"duplicate":false,"durability":"fsync"}"""u8.ToArray();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/health/ready", () => Results.Ok());
        app.MapPost("/v1/messages", async (HttpContext context) =>
        {
            await ReadToEndAsync(context.Request);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = receipt.Length;
            await context.Response.Body.WriteAsync(receipt);
        });
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await Console.Out.WriteLineAsync($"Listening on {address}");

        // Standard input closes when the parent is gone, however it went.
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
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
