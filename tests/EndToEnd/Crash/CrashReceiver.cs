using System.Diagnostics;

namespace Hms.EndToEnd.Tests.Crash;

/// <summary>Receives from one mailbox and acks, nacks, extends or forgets what it gets.</summary>
internal sealed class CrashReceiver(IServer server, History history, string mailbox, Random random)
{
    private const int MaxMessages = 30;
    private const int LongestLeaseMs = 1500;
    private const int LongestDelayMs = 300;

    /// <summary>Longer than anything that these receivers leave behind can stay hidden.</summary>
    public static readonly TimeSpan AllVisibleAgain = TimeSpan.FromMilliseconds(LongestLeaseMs + LongestDelayMs + 700);
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(500);

    private enum Fate
    {
        Ack,
        Nack,
        ExtendThenAck,
        Forget,
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = new FabricClient(await server.AddressAsync().WaitAsync(stop));
                var lease = TimeSpan.FromMilliseconds(random.Next(300, LongestLeaseMs));
                await SettleAsync(client, await ReceiveAsync(client, random.Next(1, MaxMessages), Wait, lease));
            }
            catch (Exception e) when (IsNoAnswer(e))
            {
                // What it means is in the history; the next round finds the next process.
            }
        }
    }

    /// <summary>Receives and acks until nothing has come for so long that nothing can be hidden any more.</summary>
    public async Task DrainAsync()
    {
        var client = new FabricClient(await server.AddressAsync());
        var quietSince = History.Now;
        while (Stopwatch.GetElapsedTime(quietSince) < AllVisibleAgain)
        {
            var received = await ReceiveAsync(client, max: 200, TimeSpan.FromMilliseconds(250), lease: TimeSpan.FromSeconds(30));
            if (received.Count == 0)
                continue;
            await AckAsync(client, received);
            quietSince = History.Now;
        }
    }

    private static bool IsNoAnswer(Exception e) => e is HttpRequestException or OperationCanceledException;

    private async Task SettleAsync(FabricClient client, IReadOnlyList<Received> received)
    {
        var fates = received.ToLookup(_ => random.Next(100) switch
        {
            < 80 => Fate.Ack,
            < 88 => Fate.Nack,
            < 95 => Fate.ExtendThenAck,
            _ => Fate.Forget,
        });
        if (fates.Contains(Fate.Nack))
            await client.NackAsync(mailbox, [.. fates[Fate.Nack].Select(r => r.Receipt)], TimeSpan.FromMilliseconds(random.Next(LongestDelayMs)));
        await AckAsync(client, [.. fates[Fate.Ack]]);
        if (!fates.Contains(Fate.ExtendThenAck))
            return;
        await client.ExtendAsync(mailbox, [.. fates[Fate.ExtendThenAck].Select(r => r.Receipt)], TimeSpan.FromMilliseconds(LongestLeaseMs));
        await AckAsync(client, [.. fates[Fate.ExtendThenAck]]);
    }

    private async Task<IReadOnlyList<Received>> ReceiveAsync(FabricClient client, int max, TimeSpan wait, TimeSpan lease)
    {
        var began = History.Now;
        try
        {
            var received = await client.ReceiveAsync(mailbox, max, wait, lease);
            var ended = History.Now;
            foreach (var (position, one) in received.Index())
            {
                var key = new MessageKey(one.Source, one.Id, one.Destination);
                history.Add(new HistoryEvent.Delivery(began, ended, key, mailbox, position, one.Sequence, one.Attempt, one.Message));
            }
            return received;
        }
        catch (Exception e) when (IsNoAnswer(e))
        {
            var ended = History.Now;
            // Whom the silo asked that the client was connected to may still wait for messages, and lease them to nobody.
            var leaseEnds = ended + (long)((wait + lease).TotalSeconds * Stopwatch.Frequency);
            history.Add(new HistoryEvent.LostReceive(began, ended, mailbox, leaseEnds));
            throw;
        }
    }

    private async Task AckAsync(FabricClient client, IReadOnlyList<Received> received)
    {
        if (received.Count == 0)
            return;
        var began = History.Now;
        IReadOnlySet<string>? acked = null;
        try
        {
            acked = await client.AckAsync(mailbox, [.. received.Select(one => one.Receipt)]);
        }
        finally
        {
            // Without an answer every one of them may have been acked.
            var ended = History.Now;
            foreach (var one in received.Where(one => acked?.Contains(one.Receipt) ?? true))
            {
                var key = new MessageKey(one.Source, one.Id, one.Destination);
                history.Add(new HistoryEvent.Ack(began, ended, key, Confirmed: acked is not null));
            }
        }
    }
}
