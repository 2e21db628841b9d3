using Hms.Http.Reading;

namespace Hms.Http.Endpoints;

/// <summary>A wait on a client's behalf: it ends early where the client goes away or the host stops.</summary>
internal static class LongWait
{
    /// <summary>Reads what the route's <c>{id}</c> names: at once, or with <c>wait_ms</c> when it has come to its end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="get">Reads what is named so, after a wait.</param>
    /// <param name="stopping">Ends when the host stops.</param>
    public static async Task<T> ReadAsync<T>(
        HttpContext context, Func<string, TimeSpan, CancellationToken, ValueTask<T>> get, CancellationToken stopping)
    {
        var id = RouteName.Read(context, "id");
        var query = new Query(context.Request);
        var wait = query.Clamped("wait_ms", Ranges.WaitMax);
        query.Done();

        return wait == TimeSpan.Zero
            ? await get(id, TimeSpan.Zero, context.RequestAborted)
            : await RunAsync(context, patience => get(id, wait, patience), () => get(id, TimeSpan.Zero, CancellationToken.None), stopping);
    }

    /// <summary>Waits.</summary>
    /// <param name="context">Whose wait it is; a client that goes away ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="wait">The wait.</param>
    /// <param name="cutShort">What to answer where the host stops first.</param>
    /// <param name="stopping">Ends when the host stops.</param>
    public static async Task<T> RunAsync<T>(
        HttpContext context, Func<CancellationToken, ValueTask<T>> wait, Func<ValueTask<T>> cutShort, CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            return await wait(patience.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // To a client a stop is a wait in which nothing came; it asks again, but not on this connection.
            context.Response.Headers.Connection = "close";
            return await cutShort();
        }
    }
}
