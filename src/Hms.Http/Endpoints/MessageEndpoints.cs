using System.Text.Json;
using Hms.Http.Bulk;
using Hms.Http.Guarding;
using Hms.Http.Reading;
using Hms.Http.Writing;

namespace Hms.Http.Endpoints;

/// <summary>Sending messages (section 4), and asking for a reply.</summary>
internal sealed class MessageEndpoints(IFabric fabric, HttpOptions options, Failures failures, CancellationToken stopping)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/messages", (RequestDelegate)SendAsync);
        routes.MapPost("/v1/validate", (RequestDelegate)ValidateAsync);
    }

    private Task SendAsync(HttpContext context) =>
        BulkSend.IsBulk(context.Request) ? BulkSend.RunAsync(context, fabric, options, failures) : SendOneAsync(context);

    private async Task SendOneAsync(HttpContext context)
    {
        var head = SendHeaders.Read(context.Request.Headers);
        var request = new SendRequest(await RequestBody.ReadAsync(context.Request, options.MessageBytesMax))
        {
            Durability = head.Durability,
            IdempotencyKey = head.IdempotencyKey,
            TraceParent = head.TraceParent,
        };
        if (head.Wait is { } wait)
        {
            await RequestAsync(context, request, wait);
            return;
        }

        // A message that has come in whole is sent, whether or not its sender stays to hear of it.
        var receipt = await fabric.SendAsync(request, CancellationToken.None);
        if (receipt.Results is { } results)
        {
            failures.Note(context, results);
        }

        await JsonAnswer.WriteAsync(context, StatusCodes.Status202Accepted, receipt, ReceiptWriter.Write);
    }

    private async Task RequestAsync(HttpContext context, SendRequest request, TimeSpan wait)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await using var reply = await fabric.RequestAsync(request, wait, patience.Token);
            context.Response.Headers["Preference-Applied"] = $"wait={wait.TotalSeconds:0}";
            context.Response.Headers[SendHeaders.DurabilityName] = SendHeaders.WireName(reply.Durability);
            var (status, body) = reply.Error is { } error
                ? (error.Code.HttpStatus(), error.Content)
                : (StatusCodes.Status200OK, reply.Message);

            // A reply that nobody took is not confirmed, and so comes through the mailbox.
            if (await JsonAnswer.WriteAsync(context, status, body) && !context.RequestAborted.IsCancellationRequested)
            {
                await reply.ConfirmAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            throw new FaultException(ErrorCode.MessageTimeout, "the fabric stops before a reply came: ask again with the same message");
        }
    }

    private async Task ValidateAsync(HttpContext context)
    {
        var message = await RequestBody.ReadAsync(context.Request, options.MessageBytesMax);
        var problems = await fabric.ValidateAsync(message, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, problems, WriteProblems);
    }

    private static void WriteProblems(Utf8JsonWriter json, IReadOnlyList<Problem> problems)
    {
        json.WriteStartObject();
        json.WriteBoolean("valid"u8, problems.Count == 0);
        json.WriteStartArray("errors"u8);
        foreach (var problem in problems)
        {
            problem.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
