namespace Hms.Http.Events;

/// <summary>
/// One supervisor's messages as a stream of events. What was written stays leased, whatever becomes of the connection; what was not is
/// given back at once. It asks for more only when the connection has taken what came before.
/// </summary>
internal sealed class EventStream(IMailbox mailbox, EventRequest request, EventWriter writer, TimeProvider time)
{
    /// <summary>Longest silence: <c>api.md</c> asks for a sign at least every 15 s.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(10);

    // What the client has and has not acknowledged, as far as we have heard.
    private readonly List<string> _outstanding = [];
    private long _lastWritten;

    private int Room => request.AutoAck ? request.Max : request.Max - _outstanding.Count;

    /// <summary>Runs until it is over. What the first call to the mailbox refuses is thrown before anything is written.</summary>
    /// <param name="over">The client is gone, or the fabric stops.</param>
    public async Task RunAsync(CancellationToken over)
    {
        var isThere = await TellAsync(await FirstAsync());
        while (isThere && !over.IsCancellationRequested)
        {
            await SettleAsync(over);
            var deliveries = Room > 0 ? await ReceiveAsync(Room, SilenceLeft(), over) : [];
            isThere = deliveries.Count > 0 ? await TellAsync(deliveries) : SilenceLeft() > TimeSpan.Zero || await KeepAliveAsync();
        }
    }

    private async ValueTask<IReadOnlyList<Delivery>> FirstAsync()
    {
        if (request.LastEventId is not { } last)
        {
            return await ReceiveAsync(request.Max, TimeSpan.Zero, CancellationToken.None);
        }

        var again = await mailbox.RedeliverAsync(last, request.Max, request.Lease, CancellationToken.None);
        if (!request.AutoAck || again.Count == 0)
        {
            return again;
        }

        var result = await mailbox.AckAsync([.. again.Select(delivery => delivery.Receipt)], CancellationToken.None);
        return [.. again.Where(delivery => !result.Stale.Contains(delivery.Receipt))];
    }

    private ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int max, TimeSpan wait, CancellationToken cancellationToken) =>
        mailbox.ReceiveAsync(
            new ReceiveRequest { Max = max, Wait = wait, Lease = request.Lease, AutoAck = request.AutoAck }, cancellationToken);

    /// <summary>Forgets what is no longer held; waits for that where there is no room at all.</summary>
    private async ValueTask SettleAsync(CancellationToken over)
    {
        // Asking costs a call, so it is put off until half of the room is taken.
        if (2 * Room >= request.Max)
        {
            return;
        }

        var settled = await mailbox.AwaitSettledAsync([.. _outstanding], Room > 0 ? TimeSpan.Zero : SilenceLeft(), over);
        if (settled.Count > 0)
        {
            _outstanding.RemoveAll(settled.ToHashSet().Contains);
        }
    }

    /// <summary>Writes what came; false where the client is gone.</summary>
    private async ValueTask<bool> TellAsync(IReadOnlyList<Delivery> deliveries)
    {
        var (taken, isThere) = (0, false);
        try
        {
            (taken, isThere) = await writer.WriteAsync(deliveries);
        }
        finally
        {
            await GiveBackAsync(deliveries, taken);
        }

        _lastWritten = time.GetTimestamp();
        if (!request.AutoAck)
        {
            _outstanding.AddRange(deliveries.Take(taken).Select(delivery => delivery.Receipt));
        }

        return isThere;
    }

    private async ValueTask GiveBackAsync(IReadOnlyList<Delivery> deliveries, int taken)
    {
        if (!request.AutoAck && taken < deliveries.Count)
        {
            await mailbox.ReturnAsync([.. deliveries.Skip(taken).Select(delivery => delivery.Receipt)], CancellationToken.None);
        }
    }

    private async ValueTask<bool> KeepAliveAsync()
    {
        var isThere = await writer.KeepAliveAsync();
        _lastWritten = time.GetTimestamp();
        return isThere;
    }

    private TimeSpan SilenceLeft()
    {
        var left = SilenceMax - time.GetElapsedTime(_lastWritten);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
