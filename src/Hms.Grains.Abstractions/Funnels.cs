namespace Hms.Grains;

/// <summary>
/// Keeps what goes to one destination in its order. Two calls to a grain that are under way at once may arrive in either order; so there is one at a
/// time for each destination, and what comes meanwhile goes together in the next. That is also less work than a call for each.
/// </summary>
/// <typeparam name="TRequest">What is sent.</typeparam>
/// <typeparam name="TOutcome">What comes of each.</typeparam>
/// <param name="call">Sends several to one destination; returns what came of each, in order.</param>
/// <param name="sizeOf">Bytes of what is sent.</param>
internal sealed class Funnels<TRequest, TOutcome>(
    Func<string, IReadOnlyList<TRequest>, ValueTask<IReadOnlyList<TOutcome>>> call, Func<TRequest, int> sizeOf)
{
    // What is under way is in the memory of both silos. What one caller sends is never divided.
    private const int AtOnceMax = 1_000;
    private const long BytesAtOnceMax = 4L << 20;

    private readonly Dictionary<string, Queue<Part>> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Destinations to which something is under way.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Whether something is under way to a destination.</summary>
    public bool IsBusy(string destination)
    {
        lock (_gate)
        {
            return _waiting.ContainsKey(destination);
        }
    }

    /// <summary>Sends some; what came of each. Who cancels waits no longer; what was given goes out all the same.</summary>
    public async ValueTask<IReadOnlyList<TOutcome>> SendAsync(
        string destination, IReadOnlyList<TRequest> requests, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Part? behind = null;
        lock (_gate)
        {
            if (_waiting.TryGetValue(destination, out var queue))
            {
                queue.Enqueue(behind = new Part(requests, requests.Sum(request => (long)sizeOf(request))));
            }
            else
            {
                _waiting.Add(destination, new Queue<Part>());
            }
        }

        var sent = behind?.Outcomes.Task ?? FirstAsync(destination, requests);
        return await sent.WaitAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<TOutcome>> FirstAsync(string destination, IReadOnlyList<TRequest> requests)
    {
        try
        {
            return await call(destination, requests);
        }
        finally
        {
            if (Take(destination) is { Count: > 0 } next)
            {
                _ = RestAsync(destination, next);
            }
        }
    }

    private async Task RestAsync(string destination, List<Part> parts)
    {
        for (var next = parts; next.Count > 0; next = Take(destination))
        {
            try
            {
                var outcomes = await call(destination, next.Count == 1 ? next[0].Requests : [.. next.SelectMany(part => part.Requests)]);
                var from = 0;
                foreach (var part in next)
                {
                    part.Outcomes.TrySetResult([.. outcomes.Skip(from).Take(part.Requests.Count)]);
                    from += part.Requests.Count;
                }
            }
#pragma warning disable CA1031 // Whoever sent them is told.
            catch (Exception e)
#pragma warning restore CA1031
            {
                next.ForEach(part => part.Outcomes.TrySetException(e));
            }
        }
    }

    /// <summary>Those that go next; where there are none, nothing is under way any more.</summary>
    private List<Part> Take(string destination)
    {
        var taken = new List<Part>();
        lock (_gate)
        {
            var queue = _waiting[destination];
            var count = 0;
            var bytes = 0L;
            while (queue.TryPeek(out var part)
                && (taken.Count == 0 || (count + part.Requests.Count <= AtOnceMax && bytes + part.Bytes <= BytesAtOnceMax)))
            {
                taken.Add(queue.Dequeue());
                count += part.Requests.Count;
                bytes += part.Bytes;
            }

            if (taken.Count == 0)
            {
                _waiting.Remove(destination);
            }
        }

        return taken;
    }

    /// <summary>What one caller sends, and waits for.</summary>
    private sealed class Part(IReadOnlyList<TRequest> requests, long bytes)
    {
        public IReadOnlyList<TRequest> Requests => requests;

        public long Bytes => bytes;

        public TaskCompletionSource<IReadOnlyList<TOutcome>> Outcomes { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
