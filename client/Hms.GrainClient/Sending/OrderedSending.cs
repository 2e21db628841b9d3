namespace Hms.GrainClient.Sending;

/// <summary>
/// Sends messages through a silo, so that those of calls made one after the other reach each destination in their order although nobody waited: two
/// calls to a silo may overtake each other, so there is one at a time for each destination.
/// <para>
/// A batch goes to several. It is sent when what came before it has reached each of them, and what comes after it waits for it; so each of its
/// messages keeps its place. A message that cannot be read goes by itself: it will be refused.
/// </para>
/// </summary>
internal sealed class OrderedSending
{
    // As much as goes in one call; what one caller sends at once to one destination goes in several where it is more.
    private const int AtOnceMax = 1_000;
    private const long BytesAtOnceMax = 4L << 20;

    // The way of what goes by itself.
    private const string Alone = "";

    private readonly Func<IReadOnlyList<SendRequest>, ValueTask<IReadOnlyList<SendOutcome>>> _send;
    private readonly Funnels<Entry, SendOutcome> _funnels;
    private readonly Lock _gate = new();

    /// <param name="send">Sends several through a silo; what came of each, in order.</param>
    public OrderedSending(Func<IReadOnlyList<SendRequest>, ValueTask<IReadOnlyList<SendOutcome>>> send)
    {
        _send = send;
        _funnels = new(RunAsync, static entry => entry.Request?.Message.Length ?? 0);
    }

    /// <summary>As <see cref="IFabric.SendAsync"/>. Who cancels waits no longer; the message goes out all the same.</summary>
    public async ValueTask<SendReceipt> SendAsync(SendRequest request, CancellationToken cancellationToken)
    {
        var outcome = (await SendManyAsync([request], cancellationToken))[0];
        return outcome.Fault is { } fault ? throw new FaultException(fault) : outcome.Receipt;
    }

    /// <summary>As <see cref="IFabric.SendManyAsync"/>. All of it has its place when this returns for the first time.</summary>
    public async ValueTask<IReadOnlyList<SendOutcome>> SendManyAsync(IReadOnlyList<SendRequest> requests, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var outcomes = new SendOutcome[requests.Count];
        var sent = new List<Task>();
        var groups = new Dictionary<string, List<Entry>>(StringComparer.Ordinal);
        for (var place = 0; place < outcomes.Length; place++)
        {
            var ways = Ways.Of(requests[place].Message, out var id);
            var entry = new Entry(requests[place], id, place, Turn: null);
            if (ways.Count > 1)
            {
                sent.AddRange(groups.Select(group => SendAsync(group.Key, group.Value, outcomes)));
                groups.Clear();
                sent.Add(SendInTurnAsync(entry, ways, outcomes));
                continue;
            }

            var way = ways.Count == 0 ? Alone : ways[0];
            if (!groups.TryGetValue(way, out var entries))
            {
                groups.Add(way, entries = []);
            }

            entries.Add(entry);
        }

        sent.AddRange(groups.Select(group => SendAsync(group.Key, group.Value, outcomes)));
        await Task.WhenAll(sent).WaitAsync(cancellationToken);
        return outcomes;
    }

    private async Task SendAsync(string way, List<Entry> entries, SendOutcome[] outcomes)
    {
        // All parts are in the funnel before the first is waited for.
        var parts = Parts(entries).Select(part => (part, SendAsync(way, part).AsTask())).ToArray();
        foreach (var (part, sent) in parts)
        {
            var came = await sent;
            for (var i = 0; i < part.Count; i++)
            {
                outcomes[part[i].Place] = came[i];
            }
        }
    }

    private ValueTask<IReadOnlyList<SendOutcome>> SendAsync(string way, List<Entry> part) =>
        way == Alone ? TrySendAsync(part) : _funnels.SendAsync(way, part, CancellationToken.None);

    private async Task SendInTurnAsync(Entry batch, IReadOnlyList<string> ways, SendOutcome[] outcomes)
    {
        var turn = new Turn(ways.Count);

        // Two batches are in the same order on all the ways that they share: else each might wait for the other.
        lock (_gate)
        {
            foreach (var way in ways)
            {
                _funnels.SendAsync(way, [new Entry(null, "", 0, turn)], CancellationToken.None).AsTask().Ignore();
            }
        }

        await turn.Come;
        try
        {
            outcomes[batch.Place] = (await TrySendAsync([batch]))[0];
        }
        finally
        {
            turn.End();
        }
    }

    /// <summary>Sends what has its turn on one way.</summary>
    private async ValueTask<IReadOnlyList<SendOutcome>> RunAsync(string way, IReadOnlyList<Entry> entries)
    {
        var outcomes = new List<SendOutcome>(entries.Count);
        try
        {
            while (outcomes.Count < entries.Count)
            {
                if (entries[outcomes.Count].Turn is { } turn)
                {
                    outcomes.Add(default);
                    turn.Free();
                    await turn.Over;
                }
                else
                {
                    outcomes.AddRange(await TrySendAsync([.. entries.Skip(outcomes.Count).TakeWhile(entry => entry.Turn is null)]));
                }
            }
        }
        finally
        {
            // Where this was cut short, batches behind it must not wait for ever.
            foreach (var entry in entries.Skip(outcomes.Count))
            {
                entry.Turn?.Free();
            }
        }

        return outcomes;
    }

    private async ValueTask<IReadOnlyList<SendOutcome>> TrySendAsync(IReadOnlyList<Entry> entries)
    {
        try
        {
            return await _send(entries.Select(entry => entry.Request!).ToArray());
        }
        catch (FaultException e)
        {
            return [.. entries.Select(entry => new SendOutcome(default, e.Fault with { SourceMessageId = entry.Id }))];
        }
    }

    private static IEnumerable<List<Entry>> Parts(List<Entry> entries)
    {
        var part = new List<Entry>();
        var bytes = 0L;
        foreach (var entry in entries)
        {
            var size = entry.Request!.Message.Length;
            if (part.Count > 0 && (part.Count == AtOnceMax || bytes + size > BytesAtOnceMax))
            {
                yield return part;
                (part, bytes) = ([], 0);
            }

            part.Add(entry);
            bytes += size;
        }

        yield return part;
    }

    /// <summary>What waits in a funnel: a message, or the turn of a batch.</summary>
    private readonly record struct Entry(SendRequest? Request, string Id, int Place, Turn? Turn);
}
