using System.Globalization;
using Hms.Http.Events;
using Hms.Http.Guarding;
using Hms.Http.Reading;

namespace Hms.Http.Endpoints;

/// <summary>Receiving as Server-Sent Events.</summary>
internal sealed class EventEndpoints(IFabric fabric, Failures failures, TimeProvider time, CancellationToken stopping)
{
    private const int MaxDefault = 100;
    private const string LastEventIdName = "Last-Event-ID";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/supervisors/{id}/events", (RequestDelegate)StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        var mailbox = fabric.Mailbox(RouteName.Read(context, "id"));
        var stream = new EventStream(mailbox, ReadRequest(context.Request), new EventWriter(context), time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await stream.RunAsync(over.Token);
        }
        catch (OperationCanceledException) when (context.Response.HasStarted && over.IsCancellationRequested)
        {
            // The stream ends as a whole one; its client comes back by itself, with the last event that it saw.
        }
        catch (FaultException e) when (context.Response.HasStarted)
        {
            // The same; what is wrong it hears when it comes back.
            failures.Note(context, e.Fault);
        }
    }

    private static EventRequest ReadRequest(HttpRequest request)
    {
        var query = new Query(request);
        var events = new EventRequest(
            ReceiveQuery.Max(ref query, MaxDefault),
            ReceiveQuery.Lease(ref query),
            ReceiveQuery.AutoAck(ref query),
            ReadLastEventId(request, ref query));
        query.Done();
        return events;
    }

    private static long? ReadLastEventId(HttpRequest request, ref Query query)
    {
        var text = request.Headers[LastEventIdName].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return sequence;
        }

        query.Note(LastEventIdName, "must be the id of an event: an integer from 0");
        return null;
    }
}
