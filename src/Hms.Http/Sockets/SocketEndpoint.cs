using Hms.Http.Guarding;
using Hms.Http.Reading;

namespace Hms.Http.Sockets;

/// <summary>The WebSocket of a supervisor: sending, receiving and asking over one connection, many at a time.</summary>
internal sealed class SocketEndpoint(
    IFabric fabric, HttpOptions options, Failures failures, SocketMetrics metrics, TimeProvider time, CancellationToken stopping)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/supervisors/{id}/socket", (RequestDelegate)OpenAsync);

    private async Task OpenAsync(HttpContext context)
    {
        var supervisor = RouteName.Read(context, "id");
        if (Handshake.Refusal(context, out var status) is { } refusal)
        {
            await failures.RefuseAsync(context, new Fault(ErrorCode.MessageFormat, refusal), status);
            return;
        }

        // Who is not registered hears so while there is still an answer to hear it in.
        await fabric.Supervisors.GetAsync(supervisor, context.RequestAborted);
        if (stopping.IsCancellationRequested)
        {
            throw new FaultException(ErrorCode.Unavailable, "the fabric is stopping");
        }

        var stream = await Handshake.AcceptAsync(context);
        metrics.Opened();
        try
        {
            await using var session = new SocketSession(
                context, stream, fabric, supervisor, options, failures, metrics, time, stopping);
            await session.RunAsync();
        }
        finally
        {
            metrics.Closed();
        }
    }
}
